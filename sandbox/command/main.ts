import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Language } from '../anatomy.ts';
import { merchantOf, readWanted, type WantedMerchant } from '../merchant-keys.ts';
import packageJson from '../package.json' with { type: 'json' };
import { startWechatPay, type WechatPaySandbox } from '../server.ts';
import { CONFIG, KEY_FILES, writeFiles } from './files.ts';
import { type Folder, openFolder } from './folder.ts';
import { type Keyring, loadKeyring, platformPairOf } from './keyring.ts';
import { helpIn, languageOf, PORT_OPTIONS, parse, type Settings, settingsOf } from './options.ts';
import { reportOf } from './report.ts';
import { CommandError, say, type TextName, type Values } from './texts.ts';
import { whenOrphaned } from './when-orphaned.ts';

/** Where the console is built: from the source, and beside the file that the command is packed into. */
const CONSOLE = fileURLToPath(new URL('../dist/console/', import.meta.url));

/** Runs the command that this process was started with. */
export async function main(): Promise<void> {
  // Until the options say otherwise.
  let language: Language = languageOf({}, process.env);
  try {
    const given = parse(process.argv.slice(2), process.env);
    language = languageOf(given, process.env);
    if (given['help']) return void process.stdout.write(helpIn(language));
    if (given['version']) return void process.stdout.write(`${packageJson.version}\n`);
    await run(settingsOf(given), language);
  } catch (error) {
    const text = error instanceof CommandError ? say(language, error.text, error.values) : `${error}`;
    // Whatever is still listening would keep this alive.
    process.stderr.write(`${text}\n`, () => process.exit(1));
  }
}

async function run(settings: Settings, language: Language): Promise<void> {
  const folder = openFolder(settings.out);
  // Gone until this one is ready: nobody shall take an earlier run's for the sign that it is.
  const earlier = await usingFolder(settings.out, () => folder.takeOwn(CONFIG));
  try {
    await runIn(folder, settings, language);
  } catch (error) {
    // That run may be the one that has the port; its clients read the file.
    if (earlier) await folder.writeOwn(CONFIG, earlier);
    throw error;
  }
}

async function runIn(folder: Folder, settings: Settings, language: Language): Promise<void> {
  const tellIn = (name: TextName, values?: Values): void =>
    void process.stderr.write(`${say(language, name, values)}\n`);
  const wanted = await wantedIn(settings);
  tellIn('starting');
  const { keyring, config } = await usingFolder(settings.out, async () => {
    const loaded = await loadKeyring(folder, wanted, KEY_FILES, Date.now());
    return { keyring: loaded, config: await writeFiles(folder, wanted, loaded) };
  });
  const onDistrust = () => tellIn('distrust', { file: folder.at(config.caFile) });
  const wechatpay = await start(settings, keyring, onDistrust);
  endOnSignals(wechatpay);
  await addMerchants(wechatpay, wanted, keyring);
  wechatpay.onCallOver((call) => {
    for (const line of reportOf(call, language)) process.stderr.write(`${line}\n`);
  });
  await folder.writeOwn(CONFIG, { urls: urlsOf(wechatpay), ...config });
  introduce(wechatpay, folder, config.caFile, language);
}

/** All merchants asked for, by option and by file. @throws CommandError */
async function wantedIn({ mchids, mode, merchantsFile: file }: Settings): Promise<WantedMerchant[]> {
  const byOption = mchids.map((mchid) => ({ mchid, mode }));
  if (file === undefined) return byOption;
  try {
    const list: unknown = JSON.parse(await readFile(file, 'utf8'));
    const byFile = (Array.isArray(list) ? list : [list]).map(readWanted);
    const all = [...byOption, ...byFile];
    if (new Set(all.map(({ mchid }) => mchid)).size === all.length) return all;
  } catch (error) {
    throw new CommandError('wrongFile', { file, reason: (error as Error).message });
  }
  throw new CommandError('wrongMchid');
}

/** @throws CommandError where the file system does not let us. */
async function usingFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Node's own codes, of keys that cannot be read, begin with ERR_.
    throw /^E(?!RR_)/.test(code) ? new CommandError('noFolder', { folder, code }) : error;
  }
}

async function start(
  settings: Settings,
  keyring: Keyring,
  onDistrust: () => void,
): Promise<WechatPaySandbox> {
  const { ports, address, echo, magic } = settings;
  const tls = {
    port: ports['tls-port'],
    proxyPort: ports['proxy-port'],
    keys: { ...keyring.tls, onDistrust },
  };
  try {
    return await startWechatPay({
      port: ports.port,
      address,
      tls,
      echo,
      magic,
      platformCertificate: platformPairOf(keyring),
      consoleFolder: CONSOLE,
    });
  } catch (error) {
    const { code = '', port = 0 } = error as NodeJS.ErrnoException & { port?: number };
    if (code === '') throw error;
    const option = PORT_OPTIONS.find((name) => ports[name] === port) ?? 'port';
    throw code === 'EADDRINUSE'
      ? new CommandError('portInUse', { port, option })
      : new CommandError('cannotListen', { address, port, code });
  }
}

async function addMerchants(
  wechatpay: WechatPaySandbox,
  wanted: readonly WantedMerchant[],
  { merchants }: Keyring,
) {
  for (const one of wanted) {
    const keys = merchants[one.mchid];
    if (keys) await wechatpay.addMerchant(merchantOf(one, keys));
    if (one.notifyUrl !== undefined) wechatpay.setNotifyUrl(one.mchid, one.notifyUrl);
  }
}

function urlsOf({ url, backupUrl, tlsUrl, proxyUrl, controlUrl }: WechatPaySandbox) {
  return { http: url, backup: backupUrl, https: tlsUrl, proxy: proxyUrl, control: controlUrl };
}

function introduce(wechatpay: WechatPaySandbox, folder: Folder, caFile: string, language: Language): void {
  const rows = [
    wechatpay.url,
    `${wechatpay.tlsUrl}  ${say(language, 'trust', { file: folder.at(caFile) })}`,
    `${wechatpay.proxyUrl}  ${say(language, 'proxy')}`,
    `${wechatpay.url}/  ${say(language, 'console')}`,
    say(language, 'files', { folder: folder.at('') }),
  ];
  const text = [say(language, 'ready'), ...rows.map((row) => `  ${row}`), say(language, 'end')].join('\n');
  process.stdout.write(`${text}\n`);
}

/** The first signal ends everything in order; a second one, at once. */
function endOnSignals(wechatpay: WechatPaySandbox): void {
  const end = (): void => {
    process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
    wechatpay.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  whenOrphaned(end);
}
