// Lambdas log as they work. In a test run nobody reads that; a test that does, puts its own spy on top of this.
const isLambdaOutput = (chunk) => typeof chunk === 'string' && /^\{"(?:level|_aws)":/.test(chunk);
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk, ...rest) => (isLambdaOutput(chunk) ? true : write(chunk, ...rest));
}
