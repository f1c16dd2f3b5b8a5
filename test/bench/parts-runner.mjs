// A process of its own that profiles itself: the import of a bundle, then warm pre-signs. In JavaScript and without
// imports from files, so that nothing is warm that a Lambda would have to load.
const { Session } = process.getBuiltinModule('node:inspector');

const session = new Session();
session.connect();
const post = (method, params) =>
  new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
  });
const profiled = async (work) => {
  await post('Profiler.start');
  await work();
  return (await post('Profiler.stop')).profile;
};

const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 20_000 };

process.on('message', async ({ bundle, event, warmUp, requests }) => {
  await post('Profiler.enable');
  await post('Profiler.setSamplingInterval', { interval: 100 });
  let handler;
  const load = await profiled(async () => {
    ({ handler } = await import(bundle));
  });
  const repeat = async (times) => {
    for (let n = 0; n < times; n += 1) {
      const { statusCode } = await handler(structuredClone(event), context);
      if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
    }
  };
  await repeat(warmUp);
  process.send({ load, request: await profiled(() => repeat(requests)) });
});
process.send('ready');
