import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageProject } from '../project.ts';

export type Statement = {
  Sid?: string;
  Effect: string;
  Principal?: unknown;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
};
export type Resource = {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
  UpdatePolicy?: Record<string, unknown>;
  Properties: Record<string, unknown>;
};
export type Resources = Record<string, Resource>;

/** Unless a test says otherwise. */
const REGION = 'cn-north-1';

export type Template = { Resources: Resources; Outputs: Record<string, unknown> };

/** One of the files that `serverless package` writes for `stage`; rejects with what it printed. */
const packagedFile = async (file: string, stage: string, ...args: string[]): Promise<unknown> => {
  const { folder, remove } = await packageProject(['--stage', stage, ...args]);
  try {
    return JSON.parse(await readFile(join(folder, '.serverless', file), 'utf8'));
  } finally {
    await remove();
  }
};

const run = (stage: string, parameters: Record<string, string>, region: string): Promise<Template> => {
  const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const file = 'cloudformation-template-update-stack.json';
  return packagedFile(file, stage, '--region', region, ...given) as Promise<Template>;
};

type Tag = { Key: string; Value: string };
type Framework = { getSharedStackActionParams: (this: object, options: object) => { Tags: Tag[] } };

/** The tags that the framework gives the stack when it deploys what was packaged, by its own reckoning. */
export const stackTags = async (): Promise<Tag[]> => {
  const { service } = (await packagedFile('serverless-state.json', 'prod')) as { service: object };
  const file = 'serverless/lib/plugins/aws/lib/get-shared-stack-action-params.js';
  const { getSharedStackActionParams } = createRequire(import.meta.url)(file) as Framework;
  const provider = {
    getStage: () => 'prod',
    naming: { getStackName: () => 'stack' },
    getCustomDeploymentRole: () => undefined,
  };
  return getSharedStackActionParams.call({ provider, serverless: { service } }, {}).Tags;
};

/** What `npm run package` makes of serverless.yml for the stage `prod`. */
export const packagedTemplate = (
  parameters: Record<string, string> = {},
  region = REGION,
): Promise<Template> => run('prod', parameters, region);
export const packaged = async (parameters?: Record<string, string>): Promise<Resources> =>
  (await packagedTemplate(parameters)).Resources;

/** What somebody sees who packages with parameters that are refused. */
export const refused = (stage: string, parameters: Record<string, string>): Promise<string> =>
  run(stage, parameters, REGION).then(
    () => Promise.reject(new Error('packaged')),
    ({ message }: Error) => message,
  );

export const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** @throws Error when the template has no such resource. */
export const propertiesOf = (resources: Resources, id: string): Resource['Properties'] => {
  const resource = resources[id];
  if (resource === undefined) throw new Error(`no resource ${id}`);
  return resource.Properties;
};

/** An endpoint's name as logical ids and detail-types begin. */
export const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** An ARN made of names. */
export const arnNamed = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

/** The logical ids that `value` refers to, wherever in it. */
const referred = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(inner[0])];
    if (key === 'Fn::Sub') return [...String(inner).matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => `${name}`);
    return referred(inner);
  });
};

/** What CloudFormation must make before `resource`. */
export const neededBy = ({ Properties, UpdatePolicy, DependsOn = [] }: Resource): string[] =>
  [...referred(Properties), ...referred(UpdatePolicy), ...[DependsOn].flat()].filter(
    (id) => !id.startsWith('AWS::'),
  );
