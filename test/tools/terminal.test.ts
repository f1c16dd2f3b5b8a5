import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair } from '../../sandbox/pki.ts';
import { API_V3_KEY, MCHID, startWorld, type World } from '../support/cli-world.ts';
import { DRESSES, piecesOf } from '../support/pastes.ts';
import { openShell } from '../support/shell.ts';

let world: World;
let shell: ReturnType<typeof openShell>;
let pem = '';
let certificateFile = '';
beforeAll(async () => {
  const [started, pair, other] = await Promise.all([
    startWorld({ region: 'eu-central-1' }),
    generateRsaKeyPair(),
    generateRsaKeyPair(),
  ]);
  world = started;
  pem = pair.privateKeyPem;
  const { certificatePem } = await world.certify(other.publicKeyPem);
  certificateFile = await world.file('cert.pem', certificatePem);
  await world.run(['add', MCHID]);
});
afterAll(() => world.close());
// Each its own: what one leaves in a terminal must not become another's trouble.
beforeEach(() => {
  shell = openShell(world.env);
});
afterEach(() => shell.close());

const importing = () => ['import-key', MCHID, '--certificate-file', certificateFile];
/** Said once the key was read whole and is another one than the certificate's. */
const READ = '--key-file and --certificate-file do not belong together';

const expectNothingShown = (shown: string): void => {
  for (const line of pem.split('\n').filter((text) => text !== '')) expect(shown).not.toContain(line);
  expect(shown).not.toContain(API_V3_KEY);
  expect(shown).not.toContain('command not found');
  expect(shown).not.toContain('No such file');
};

describe('a key pasted into a real terminal with a shell behind the tool', () => {
  it.each(Object.keys(DRESSES))('is read whole, not shown, and no part of it run: %s', async (dress) => {
    const paste = DRESSES[dress]?.(pem) ?? '';
    const before = await shell.settings();
    for (const size of [1, paste.length]) {
      const { status, shown } = await shell.paste(importing(), piecesOf(paste, size));
      expectNothingShown(shown);
      expect({ status, shown }).toEqual({ status: 1, shown: expect.stringContaining(READ) });
    }
    expect(await shell.settings()).toBe(before);
  });

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('is swallowed when %s comes in the middle of it', async (_, key) => {
    const before = await shell.settings();
    const { shown } = await shell.paste(importing(), [`${pem.slice(0, 300)}${key}${pem.slice(300)}`]);
    expectNothingShown(shown);
    expect(await shell.settings()).toBe(before);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'is swallowed when %s comes in the middle of it',
    async (signal) => {
      const before = await shell.settings();
      const stop = (pid: number) => void process.kill(pid, signal);
      const { status, shown } = await shell.paste(importing(), [pem.slice(0, 300), stop, pem.slice(300)]);
      expectNothingShown(shown);
      expect({ status, shown }).toEqual({ status: 1, shown: expect.stringContaining('cancelled') });
      expect(await shell.settings()).toBe(before);
    },
  );

  it('is swallowed when it is not the APIv3 key that was asked for', async () => {
    const { status, shown } = await shell.paste(
      ['set-api-v3-key', MCHID],
      piecesOf(DRESSES['with CR LF']?.(pem) ?? '', 64),
    );
    expectNothingShown(shown);
    expect({ status, shown }).toEqual({ status: 1, shown: expect.stringContaining('this is a PEM file') });
  });

  it('may be an APIv3 key after an empty line; with a second line it is refused, and that line not run', async () => {
    const two = await shell.paste(['set-api-v3-key', MCHID], [`\r${API_V3_KEY}\recho "r""un"\r`]);
    expectNothingShown(two.shown);
    expect(two.shown).not.toMatch(/^run/m);
    expect(two).toEqual({ status: 1, shown: expect.stringContaining('among them a line break') });
    const one = await shell.paste(['set-api-v3-key', MCHID], [`\r${API_V3_KEY}\r\r`]);
    expectNothingShown(one.shown);
    expect(one.status).toBe(0);
  });
});
