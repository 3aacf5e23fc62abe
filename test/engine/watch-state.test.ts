import fc from 'fast-check';
import t from 'tap';
import { step, type WatchEffect, type WatchEvent, type WatchState, watchStart } from '../../engine/watch-state.js';

/** Feeds events to the machine; returns the effects of each. */
function play(...events: WatchEvent[]): { readonly effects: WatchEffect[][]; readonly state: WatchState } {
  let { state } = watchStart;
  const effects = events.map((event) => {
    const next = step(state, event);
    state = next.state;
    return [...next.effects];
  });
  return { effects, state };
}

const edited: WatchEvent = { event: 'edited', named: true };
const finished: WatchEvent = { event: 'finished', failed: false };
const planned = (experiment: string, work = true): WatchEvent => ({ event: 'planned', experiment, work });

t.test('an edit of what runs cancels it, and the new plan is made when it has left', async (t) => {
  const { effects } = play(planned('a'), edited, planned('b'), finished, planned('b'), finished);
  t.same(effects, [['start'], ['plan'], ['cancel'], ['plan'], ['start'], ['idle']]);
});

t.test('an edit that changes no experiment lets the run go on', async (t) => {
  const { effects } = play(planned('a'), edited, planned('a'), finished);
  t.same(effects, [['start'], ['plan'], [], ['idle']]);
});

t.test('an invalid file shows its errors, and the run goes on', async (t) => {
  const { effects } = play(planned('a'), edited, { event: 'invalid' }, finished);
  t.same(effects, [['start'], ['plan'], ['show-errors'], ['idle']]);
});

t.test('a run that failed starts again when a file that the pipeline names is edited, and only then', async (t) => {
  const failed: WatchEvent = { event: 'finished', failed: true };
  const beside: WatchEvent = { event: 'edited', named: false };
  t.same(
    play(planned('a'), failed, beside, planned('a'), beside, planned('a')).effects,
    [['start'], ['idle'], ['plan'], ['idle'], ['plan'], ['idle']],
    'what it leaves behind does not start it',
  );
  t.same(play(planned('a'), failed, edited, planned('a')).effects.at(-1), ['start']);
  t.same(play(planned('a'), failed, beside, planned('b')).effects.at(-1), ['start'], 'another experiment');
  t.same(play(planned('a'), beside, failed, planned('a')).effects.at(-1), ['idle'], 'edited while it ran');
});

t.test('nothing to do waits', async (t) => {
  t.same(play(planned('a', false)).effects, [['idle']]);
});

t.test('an edit while a plan is being made makes another', async (t) => {
  t.same(play(edited, planned('a'), planned('b')).effects, [[], ['plan'], ['start']]);
});

t.test('edits while a run is stopping are covered by the plan that follows', async (t) => {
  const { effects } = play(planned('a'), edited, planned('b'), edited, finished);
  t.same(effects.at(-1), ['plan']);
});

t.test('whatever comes: at most one plan and one run at a time, and the last edit is never lost', async () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 60 }), (choices) => {
      let { state } = watchStart;
      let planning = true;
      let running = false;
      let covered = true;
      const apply = (event: WatchEvent) => {
        const next = step(state, event);
        state = next.state;
        for (const effect of next.effects) {
          if (effect === 'plan') {
            if (planning) throw new Error('two plans at once');
            planning = true;
            covered = true;
          }
          if (effect === 'start') {
            if (running) throw new Error('two runs at once');
            if (!covered) throw new Error('an edit was lost');
            running = true;
          }
          if (effect === 'cancel' && !running) throw new Error('nothing to cancel');
        }
      };
      const plannedNow = (event: WatchEvent) => {
        if (!planning) return;
        planning = false;
        apply(event);
      };
      for (const choice of choices) {
        if (choice === 0) {
          covered = false;
          apply(edited);
        } else if (choice === 1) plannedNow(planned('a'));
        else if (choice === 2) plannedNow(planned('b'));
        else if (choice === 3) plannedNow({ event: 'invalid' });
        else if (running) {
          running = false;
          apply(finished);
        }
      }
      for (let i = 0; i < 5 && (planning || running); i++) {
        plannedNow(planned('z'));
        if (running) {
          running = false;
          apply(finished);
        }
      }
      return covered && !planning && !running;
    }),
    { numRuns: 500 },
  );
});
