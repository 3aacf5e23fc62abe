/**
 * What asks glibc's allocator for pages of 2 MiB where the kernel offers them to those who ask (`madvise`, the default of
 * most distributions). A process that trains takes and gives back hundreds of megabytes a step, and touching so much
 * memory for the first time in pages of 4 KiB takes more than half as long again as filling it.
 * Elsewhere the variable has no meaning. https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html
 */
const tunable = 'glibc.malloc.hugetlb';

/** The variable to set, beside what the user tunes; a choice of theirs stands. */
export function hugePages(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const own = environment.GLIBC_TUNABLES ?? '';
  if (own.split(':').some((setting) => setting.startsWith(`${tunable}=`))) return {};
  return { GLIBC_TUNABLES: [...(own ? [own] : []), `${tunable}=1`].join(':') };
}
