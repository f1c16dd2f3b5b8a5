import { createInterface } from 'node:readline';

/** Carries out orders, one a line on standard input, and answers each with a line. */
export async function listen(orders) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { order, ...rest } = JSON.parse(line);
    const answer = await Promise.resolve(rest)
      .then(orders[order])
      .catch((error) => ({ error: `${error}` }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
