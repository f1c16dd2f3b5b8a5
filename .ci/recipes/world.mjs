import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { urls } = JSON.parse(readFileSync('wechatpay-sandbox/config.json', 'utf8'));

/** Asks the sandbox that has written wechatpay-sandbox/. @returns what it says, if anything */
export async function control(method, path, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${urls.control}/${path}`, { method, ...(text && { body: text }) });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  return said === '' ? undefined : JSON.parse(said);
}

/**
 * A program of drive/, which carries out orders with its SDK; each is a line of JSON, and so is its answer. `open` makes a
 * client (`settingsOf`) and answers `{certificates}`, PEM by serial, which it has downloaded where it is told no public key.
 * `encrypt` takes `{text, certificate?, padding?}`, by default for the key of that client, and answers `{text}`. `post` takes
 * `{path, body}` and answers `{answer}`; with `altered` the body is written anew once it is signed, with `unnamed` there is
 * no Wechatpay-Serial. What the SDK refuses is answered `{error}`.
 */
export function startProgram(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = new Promise((_, reject) => child.once('error', reject));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (order) => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value } = await Promise.race([lines.next(), failed]);
    if (value === undefined) throw new Error(`the program ended at ${order.order}`);
    return JSON.parse(value);
  };
  return {
    /** @returns its answer, or `{error}` */
    ask,
    /** @throws where the SDK does not do it */
    async do(order) {
      const answer = await ask(order);
      if (answer.error !== undefined) throw new Error(`${order.order} ${order.path ?? ''}: ${answer.error}`);
      return answer;
    },
    end: () => child.stdin.end(),
  };
}

/** What a client of this merchant has to be told. */
export const settingsOf = ({ mchid, serial, privateKeyPem, apiV3Key, publicKeyId, publicKeyPem }) => ({
  order: 'open',
  ...{ mchid, serial, privateKey: privateKeyPem, apiV3Key, publicKeyId, publicKey: publicKeyPem, urls },
});

/** A copy of the body whose sensitive fields the SDK has encrypted. */
export async function seal(program, fields, body, how = {}) {
  const sealed = { ...body };
  for (const { name, kind, members } of fields.filter((field) => body[field.name] !== undefined)) {
    if (kind === 'object') sealed[name] = await seal(program, members, body[name], how);
    if (kind === 'sensitive')
      sealed[name] = (await program.do({ order: 'encrypt', text: body[name], ...how })).text;
  }
  return sealed;
}

/** The paths of the sensitive fields, with what is in them. */
export const plaintextsIn = (fields, body, at = '') =>
  Object.assign(
    {},
    ...fields
      .filter(({ name }) => body[name] !== undefined)
      .map(({ name, kind, members }) => {
        if (kind === 'object') return plaintextsIn(members, body[name], `${at}/${name}`);
        return kind === 'sensitive' ? { [`${at}/${name}`]: body[name] } : {};
      }),
  );
