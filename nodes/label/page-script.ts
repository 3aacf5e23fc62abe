/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** What the ranking page does. It is served to the browser as it is compiled, and so imports nothing. */

interface Card {
  readonly response: number;
  readonly text: string;
  /** As good as the card above. */
  tied: boolean;
}

interface State {
  readonly total: number;
  readonly answered: readonly number[];
  readonly annotator: string;
}

const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const list = element<HTMLOListElement>('responses');
const annotator = element<HTMLInputElement>('annotator');
const buttons = {
  back: element<HTMLButtonElement>('back'),
  skip: element<HTMLButtonElement>('skip'),
  next: element<HTMLButtonElement>('next'),
  finish: element<HTMLButtonElement>('finish'),
};

let cards: Card[] = [];
let question = 0;
let state: State = { total: 0, answered: [], annotator: '' };

async function call<Result>(path: string, body?: object): Promise<Result> {
  const request = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const reply = await fetch(path, request);
  const result = await reply.json();
  if (!reply.ok) throw new Error(result.error);
  return result as Result;
}

/** The first question at or after `from` that is not answered, or `undefined`. */
function openQuestion(from: number): number | undefined {
  const order = Array.from({ length: state.total }, (_, index) => (from + index) % state.total);
  return order.find((index) => !state.answered.includes(index));
}

async function show(index: number): Promise<void> {
  interface Asked {
    readonly prompt: string;
    readonly responses: readonly { readonly response: number; readonly text: string }[];
    readonly ranks: readonly (readonly number[])[] | null;
  }
  const { prompt, responses, ranks } = await call<Asked>(`question/${index}`);
  question = index;
  element('prompt').textContent = prompt;
  const textOf = (response: number) => responses.find((one) => one.response === response)!.text;
  cards = ranks
    ? ranks.flatMap((rank) => rank.map((response, at) => ({ response, text: textOf(response), tied: at > 0 })))
    : responses.map(({ response, text }) => ({ response, text, tied: false }));
  draw();
  list.querySelector('li')?.focus();
}

/** Place in the list → its rank, from 1; tied responses share one. */
function ranks(): number[] {
  let rank = 0;
  return cards.map(({ tied }) => (tied ? rank : ++rank));
}

function draw(): void {
  const numbers = ranks();
  list.replaceChildren(...cards.map((card, place) => drawCard(card, place, numbers[place]!)));
  element('progress').textContent = `Prompt ${question + 1} of ${state.total}; ${state.answered.length} answered`;
  buttons.back.disabled = question === 0;
  buttons.finish.hidden = state.answered.length < state.total;
}

function drawCard({ text, tied, response }: Card, place: number, rank: number): HTMLLIElement {
  const item = document.createElement('li');
  item.tabIndex = 0;
  item.draggable = true;
  item.dataset.response = String(response);
  item.classList.toggle('tied', tied);
  item.setAttribute('aria-label', `Rank ${rank}${tied ? ', tied with the one above' : ''}: ${text}`);
  const number = document.createElement('span');
  number.className = 'rank';
  number.textContent = `${rank}.`;
  const body = document.createElement('pre');
  body.textContent = text;
  const moves = document.createElement('span');
  moves.className = 'moves';
  const up = button('↑', 'Move up', place === 0, () => move(place, place - 1));
  const down = button('↓', 'Move down', place === cards.length - 1, () => move(place, place + 1));
  const tie = button('=', 'Tie with the one above', place === 0, () => toggleTie(place));
  tie.setAttribute('aria-pressed', String(tied));
  moves.append(up, down, tie);
  item.append(number, body, moves);
  return item;
}

function button(sign: string, title: string, disabled: boolean, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = sign;
  made.title = title;
  made.setAttribute('aria-label', title);
  made.disabled = disabled;
  made.tabIndex = -1;
  made.addEventListener('click', act);
  return made;
}

/** A card that moves leaves its tie; those that were tied through it stay so only with one another. */
function move(from: number, to: number): void {
  if (to < 0 || to >= cards.length || from === to) return;
  const card = cards[from]!;
  const below = cards[from + 1];
  if (below && !card.tied) below.tied = false;
  cards.splice(from, 1);
  // Between two cards that are tied, it joins them.
  const joined = cards[to]?.tied === true && to > 0;
  cards.splice(to, 0, { ...card, tied: joined });
  cards[0]!.tied = false;
  draw();
  focusOn(to);
  say(`Rank ${ranks()[to]} of ${cards.length}`);
}

function toggleTie(place: number): void {
  if (place === 0) return;
  cards[place]!.tied = !cards[place]!.tied;
  draw();
  focusOn(place);
  say(cards[place]!.tied ? 'Tied with the one above' : 'No longer tied');
}

function focusOn(place: number): void {
  (list.children[place] as HTMLElement | undefined)?.focus();
}

function say(text: string): void {
  element('said').textContent = text;
}

async function submit(skipped: boolean): Promise<void> {
  if (annotator.value.trim() === '') {
    annotator.focus();
    throw new Error('Please write your name first.');
  }
  const given: number[][] = [];
  for (const { response, tied } of cards) {
    if (tied) given.at(-1)!.push(response);
    else given.push([response]);
  }
  state = await call<State>('answer', { question, ranks: skipped ? null : given, annotator: annotator.value });
  const following = openQuestion((question + 1) % state.total);
  if (following === undefined) {
    draw();
    buttons.finish.focus();
    say('All prompts are answered. Finish, or go back to change an answer.');
  } else await show(following);
}

async function finish(): Promise<void> {
  await call('finish', {});
  document.querySelector('main')!.replaceChildren('Thank you. All rankings are saved, and this page can be closed.');
}

/** Shows what went wrong, instead of losing it. */
function attempt(act: () => Promise<void>): void {
  element('message').textContent = '';
  act().catch((error: Error) => {
    element('message').textContent = error.message;
  });
}

list.addEventListener('keydown', (event) => {
  const place = [...list.children].indexOf(event.target as Element);
  if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step !== undefined && event.shiftKey) move(place, place + step);
  else if (step !== undefined) focusOn(place + step);
  else if (/^[1-9]$/.test(event.key)) move(place, Math.min(Number(event.key), cards.length) - 1);
  else if (event.key === 't' || event.key === '=') toggleTie(place);
  else if (event.key === 'Enter') attempt(() => submit(false));
  else return;
  event.preventDefault();
});

let dragged: number | undefined;
const itemOf = (event: Event) => (event.target as Element).closest<HTMLElement>('#responses li');
list.addEventListener('dragstart', (event) => {
  const item = itemOf(event);
  if (!item) return;
  dragged = [...list.children].indexOf(item);
  item.classList.add('dragged');
  event.dataTransfer!.effectAllowed = 'move';
  event.dataTransfer!.setData('text/plain', item.dataset.response!);
});
list.addEventListener('dragover', (event) => event.preventDefault());
list.addEventListener('drop', (event) => {
  event.preventDefault();
  const item = itemOf(event);
  if (dragged !== undefined && item) move(dragged, [...list.children].indexOf(item));
  dragged = undefined;
});
list.addEventListener('dragend', () => {
  dragged = undefined;
  for (const item of list.children) item.classList.remove('dragged');
});

buttons.back.addEventListener('click', () => attempt(() => show(question - 1)));
buttons.skip.addEventListener('click', () => attempt(() => submit(true)));
buttons.next.addEventListener('click', () => attempt(() => submit(false)));
buttons.finish.addEventListener('click', () => attempt(finish));

attempt(async () => {
  state = await call<State>('state');
  annotator.value = state.annotator;
  await show(openQuestion(0) ?? 0);
  if (annotator.value === '') annotator.focus();
});

export {};
