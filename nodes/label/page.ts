/** The page on which responses are ranked. Its behaviour is in `page-script.ts`. */

export function pageHtml(instructions: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ranking</title>
<style>${style}</style>
<script type="module" src="page-script.js"></script>
</head>
<body>
<main>
  <header>
    <h1>${escapeHtml(instructions)}</h1>
    <p><label>Your name <input id="annotator" autocomplete="name" maxlength="100"></label> <span id="progress" role="status"></span></p>
  </header>
  <section aria-labelledby="prompt-title">
    <h2 id="prompt-title">Prompt</h2>
    <pre id="prompt"></pre>
  </section>
  <section aria-labelledby="responses-title">
    <h2 id="responses-title">Responses, the best first</h2>
    <p id="help">Drag the responses, or choose one with <kbd>↑</kbd> <kbd>↓</kbd> and move it with <kbd>Shift</kbd> + <kbd>↑</kbd> <kbd>↓</kbd> or
    to a place with <kbd>1</kbd> to <kbd>9</kbd>. <kbd>T</kbd> ties it with the one above. <kbd>Enter</kbd> goes on.</p>
    <ol id="responses" aria-describedby="help"></ol>
  </section>
  <footer>
    <button type="button" id="back">Back</button>
    <button type="button" id="skip">Skip</button>
    <button type="button" id="next">Next</button>
    <button type="button" id="finish" hidden>Finish</button>
  </footer>
  <p id="message" role="alert"></p>
  <p id="said" class="unseen" aria-live="polite"></p>
</main>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin-bottom: .3rem; }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
#prompt { border-left: 4px solid; padding-left: .8rem; max-height: 30vh; overflow: auto; }
#responses { list-style: none; padding: 0; }
#responses li { display: grid; grid-template-columns: 2.5rem 1fr auto; gap: .6rem; align-items: start; margin-top: .6rem;
  padding: .6rem; border: 1px solid; border-radius: .4rem; cursor: grab; }
#responses li.tied { margin-top: 0; border-top-style: dashed; }
#responses li.dragged { opacity: .4; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
.rank { font-weight: bold; text-align: right; }
.moves { display: flex; gap: .3rem; }
button { font: inherit; padding: .2rem .7rem; cursor: pointer; }
button[aria-pressed=true] { font-weight: bold; border-style: inset; }
kbd { border: 1px solid; border-radius: .2rem; padding: 0 .3rem; font-size: .85em; }
footer { margin-top: 1rem; display: flex; gap: .6rem; }
#message { color: #c00; font-weight: bold; min-height: 1.5em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
