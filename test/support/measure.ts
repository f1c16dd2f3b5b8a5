/** `cpuMs`: user and system time of every thread of this process, per run as a whole; `latenciesMs`: of each call. */
export type Measured = { cpuMs: number; latenciesMs: number[] };

/** What the calls cost this process, made one after the other. The inputs exist before the clock starts. */
export const measure = async <T>(
  inputs: readonly T[],
  call: (input: T) => Promise<void>,
): Promise<Measured> => {
  const latenciesMs: number[] = [];
  const before = process.cpuUsage();
  for (const input of inputs) {
    const started = performance.now();
    await call(input);
    latenciesMs.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, latenciesMs };
};
