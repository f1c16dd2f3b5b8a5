// Runs a command of package.json that is written in TypeScript. It imports nothing that has to be installed first: who
// forgot `npm ci`, or has a Node that is too old, is told so in a sentence.
import { pathToFileURL } from 'node:url';

const refuse = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
};

const [, , file, ...args] = process.argv;
process.argv = [process.execPath, file, ...args];
if (process.features.typescript) {
  await import(pathToFileURL(file).href).catch((error) => {
    const missing = error.code === 'ERR_MODULE_NOT_FOUND' && /^Cannot find package/.test(error.message);
    if (!missing) throw error;
    refuse('What this needs is not installed. Run `npm ci`, and then this again.');
  });
} else {
  refuse(
    `Node ${process.version} cannot run this. Run \`npm ci\`, which installs one that can, and then this again.`,
  );
}
