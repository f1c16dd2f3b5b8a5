import type { ContractEndpointFile, EndpointFile } from '../../lib/documents/endpoints.ts';
import { pascal } from '../../lib/endpoint.ts';

/** What serverless.yml says of each function, as text, by its name. */
const functionsIn = (yaml: string): Map<string, string> => {
  const [, section = ''] = /^functions:\n((?: .*\n|#.*\n|\n)*)/m.exec(yaml) ?? [];
  const blocks = section.split(/^ {2}(?=\w+:$)/m).slice(1);
  return new Map(blocks.map((block) => [block.slice(0, block.indexOf(':')), block]));
};

/** What an endpoint needs there, and the lines that are it. */
type Step = { file: string; name: string; lines: string; parts: [part: string, is: RegExp][] };

const literal = (text: string): string => text.replaceAll(/[.{}$*]/g, '\\$&');

const partsOf = (file: string, anchor: string, method: string, path: string): Step['parts'] => [
  ['its handler', new RegExp(`handler: functions/${literal(file)}\\.handler\n`)],
  ['its role', new RegExp(`<<: \\*${anchor}\n`)],
  ['its route', new RegExp(`method: ${method},?\\s+path: "?${literal(path)}[",\\s]`)],
];

const stepOf = ({ file, endpoint: { name, path } }: EndpointFile): Step => {
  const queue = `!GetAtt ${pascal(name)}Queue.Arn`;
  const lines = `
  ${name}:
    <<: *endpoint
    handler: functions/${file}.handler
    events:
      - httpApi: { method: POST, path: ${path}, authorizer: "\${self:custom.authorizer}" }
      - sqs: { <<: *batches, arn: ${queue} }`;
  const parts = partsOf(file, 'endpoint', 'POST', path);
  return { file, name, lines, parts: [...parts, ['its queue', new RegExp(literal(queue))]] };
};

const contractStepOf = ({ file, contractEndpoint: { name, method, path } }: ContractEndpointFile): Step => ({
  file,
  name,
  lines: `
  ${name}:
    <<: *contract
    handler: functions/${file}.handler
    events:
      - httpApi: { method: ${method}, path: "${path}", authorizer: "\${self:custom.authorizer}" }`,
  parts: partsOf(file, 'contract', method, path),
});

const problemsOf = ({ file, name, lines, parts }: Step, functions: ReadonlyMap<string, string>): string[] => {
  const found = functions.get(name);
  if (found === undefined) return [`functions/${file}.ts has no function in serverless.yml: add${lines}`];
  const missing = parts.filter(([, is]) => !is.test(found)).map(([part]) => part);
  return missing.length === 0
    ? []
    : [`${name} in serverless.yml lacks ${missing.join(', ')}: it is to be${lines}`];
};

/** A sentence for each step of adding an endpoint that was forgotten in serverless.yml. */
export const forgottenIn = (
  yaml: string,
  files: readonly EndpointFile[],
  contractFiles: readonly ContractEndpointFile[],
): string[] => {
  const functions = functionsIn(yaml);
  const steps = [...files.map(stepOf), ...contractFiles.map(contractStepOf)];
  const names = new Set(steps.map(({ name }) => name));
  const strangers = [...functions].filter(
    ([name, text]) => /<<: \*(?:endpoint|contract)\n/.test(text) && !names.has(name),
  );
  return [
    ...steps.flatMap((step) => problemsOf(step, functions)),
    ...strangers.map(([name]) => `${name} is in serverless.yml, but no file in functions/ has this endpoint`),
  ];
};
