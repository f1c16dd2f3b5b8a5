import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageProject } from '../support/project.ts';

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
  DependsOn?: string[];
  UpdatePolicy?: Record<string, unknown>;
  Properties: Record<string, unknown>;
};
export type Resources = Record<string, Resource>;

/** Unless a test says otherwise. */
const REGION = 'cn-north-1';

export type Template = { Resources: Resources; Outputs: Record<string, unknown> };

/** `serverless package` for `stage`, with these parameters; rejects with what it printed. */
const run = async (stage: string, parameters: Record<string, string>, region: string): Promise<Template> => {
  const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const { folder, remove } = await packageProject(['--stage', stage, '--region', region, ...given]);
  try {
    const template = join(folder, '.serverless/cloudformation-template-update-stack.json');
    return JSON.parse(await readFile(template, 'utf8')) as Template;
  } finally {
    await remove();
  }
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
