/** What every program sees of the environment: results may not depend on where and when they are made. */
export function plainEnvironment(): Record<string, string> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  return { PATH, HOME, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}
