import t from 'tap';
import { configText } from '../../../nodes/model/config-text.js';

t.test('whole numbers are written as floats where Transformers wants floats', async (t) => {
  const json = {
    final_logit_softcapping: 30,
    hidden_size: 30,
    rms_norm_eps: 1e-6,
    initializer_range: 0.5,
    rope_parameters: { factor: 8, rope_type: 'linear', beta_fast: null },
    note: '"factor": 8\n',
    temperature: 1,
  };
  const text = configText(json);
  t.same(JSON.parse(text), json);
  t.equal(text.match(/\d\.0\b/g)?.length, 3);
  for (const line of ['"final_logit_softcapping": 30.0,', '"factor": 8.0,', '"temperature": 1.0\n']) {
    t.ok(text.includes(line), line);
  }
  t.ok(text.includes('"hidden_size": 30,'));
});
