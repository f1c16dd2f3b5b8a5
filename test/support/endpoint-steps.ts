import type { EndpointFile } from '../../lib/documents/endpoints.ts';
import { pascal } from '../../lib/endpoint.ts';

/** What serverless.yml says of each function, as text, by its name. */
const functionsIn = (yaml: string): Map<string, string> => {
  const [, section = ''] = /^functions:\n((?: .*\n|#.*\n|\n)*)/m.exec(yaml) ?? [];
  const blocks = section.split(/^ {2}(?=\w+:$)/m).slice(1);
  return new Map(blocks.map((block) => [block.slice(0, block.indexOf(':')), block]));
};

const linesOf = ({ file, endpoint: { name, path } }: EndpointFile): string => `
  ${name}:
    <<: *endpoint
    handler: functions/${file}.handler
    events:
      - httpApi: { method: POST, path: ${path}, authorizer: "\${self:custom.authorizer}" }
      - sqs: { <<: *batches, arn: !GetAtt ${pascal(name)}Queue.Arn }`;

const problemsOfFile = (of: EndpointFile, functions: ReadonlyMap<string, string>): string[] => {
  const { file, endpoint } = of;
  const found = functions.get(endpoint.name);
  if (found === undefined) {
    return [`functions/${file}.ts has no function in serverless.yml: add${linesOf(of)}`];
  }
  const route = new RegExp(`path: ${endpoint.path.replaceAll('.', '\\.')}[,\\s]`);
  const parts: [string, boolean][] = [
    ['its handler', found.includes(`handler: functions/${file}.handler\n`)],
    ['its role', found.includes('<<: *endpoint\n')],
    ['its route', route.test(found)],
    ['its queue', found.includes(`!GetAtt ${pascal(endpoint.name)}Queue.Arn`)],
  ];
  const missing = parts.filter(([, isThere]) => !isThere).map(([part]) => part);
  return missing.length === 0
    ? []
    : [`${endpoint.name} in serverless.yml lacks ${missing.join(', ')}: it is to be${linesOf(of)}`];
};

/** A sentence for each step of adding an endpoint that was forgotten in serverless.yml. */
export const forgottenIn = (yaml: string, files: readonly EndpointFile[]): string[] => {
  const functions = functionsIn(yaml);
  const names = new Set(files.map(({ endpoint }) => endpoint.name));
  const strangers = [...functions].filter(
    ([name, text]) => text.includes('<<: *endpoint') && !names.has(name),
  );
  return [
    ...files.flatMap((file) => problemsOfFile(file, functions)),
    ...strangers.map(([name]) => `${name} is in serverless.yml, but no file in functions/ has this endpoint`),
  ];
};
