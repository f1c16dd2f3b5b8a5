// Lambdas log as they work. In a test run nobody reads that; a test that does, puts its own spy on top of this.
const isLambdaOutput = (chunk) => typeof chunk === 'string' && /^\{"(?:level|_aws)":/.test(chunk);
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk, ...rest) => (isLambdaOutput(chunk) ? true : write(chunk, ...rest));
