/** What a judge is asked: a template filled in, after what it is told before. */
import { Failure } from '../../engine/failure.js';
import { compileTemplate, createRootScope, createScope } from '../data/template.js';
import type { ChatMessage } from './ask-chat.js';

interface Wording {
  readonly prompt: string;
  readonly system_prompt: string | null;
}

/** The messages of each set of variables. Throws `Failure` where the template cannot be filled in. */
export function questionsFor(wording: Wording, variables: readonly object[]): ChatMessage[][] {
  const template = compileTemplate(wording.prompt);
  const root = createRootScope();
  const before = wording.system_prompt === null ? [] : [{ role: 'system', content: wording.system_prompt }];
  return variables.map((each, index) => {
    try {
      return [...before, { role: 'user', content: template.render(createScope(root, { ...each })) }];
    } catch (error) {
      throw new Failure('judge-prompt', `The prompt of the judge, question ${index + 1}: ${(error as Error).message}.`);
    }
  });
}
