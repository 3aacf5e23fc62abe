import t from 'tap';
import { hugePages } from '../../../engine/executor/huge-pages.js';

t.test('huge pages are asked for beside what the user tunes, and never against it', (t) => {
  t.same(hugePages({}), { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' });
  t.same(hugePages({ GLIBC_TUNABLES: 'glibc.malloc.check=1' }), {
    GLIBC_TUNABLES: 'glibc.malloc.check=1:glibc.malloc.hugetlb=1',
  });
  t.same(hugePages({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' }), {});
  t.end();
});
