import { cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Bundles, bundlesIn } from '../bundles.ts';
import { oncePerRun } from '../once.ts';
import { packageProject } from '../project.ts';

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

type Parameters = Readonly<Record<string, string>>;
export type Template = { Resources: Resources; Outputs: Record<string, unknown> };

const TEMPLATE = 'cloudformation-template-update-stack.json';
const STATE = 'serverless-state.json';

/** What somebody types who packages. */
const argsFor = (stage: string, region: string, parameters: Parameters): string[] => {
  const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  return ['--stage', stage, '--region', region, ...given];
};

/** What `npm run package` makes for the stage `prod`. Whoever asks for the same gets the same. */
const packagedFolder = (region: string, parameters: Parameters): Promise<string> => {
  const args = argsFor('prod', region, parameters);
  return oncePerRun(`package ${args.join(' ')}`, async (to) => {
    // The Lambdas, which no parameter changes, are looked at without any.
    const { folder, remove } = await packageProject(args, { hollow: Object.keys(parameters).length > 0 });
    const made = ['.serverless', '.esbuild'].map((name) =>
      cp(join(folder, name), join(to, name), { recursive: true }),
    );
    await Promise.all(made).finally(remove);
  });
};

const packagedFile = async (file: string, region: string, parameters: Parameters): Promise<unknown> => {
  const folder = await packagedFolder(region, parameters);
  return JSON.parse(await readFile(join(folder, '.serverless', file), 'utf8'));
};

/** The Lambdas, which no parameter changes. */
export const packagedBundles = async (): Promise<Bundles> => bundlesIn(await packagedFolder(REGION, {}));

type Tag = { Key: string; Value: string };
type Framework = { getSharedStackActionParams: (this: object, options: object) => { Tags: Tag[] } };

/** The tags that the framework gives the stack when it deploys what was packaged, by its own reckoning. */
export const stackTags = async (): Promise<Tag[]> => {
  const { service } = (await packagedFile(STATE, REGION, {})) as { service: object };
  const file = 'serverless/lib/plugins/aws/lib/get-shared-stack-action-params.js';
  const { getSharedStackActionParams } = createRequire(import.meta.url)(file) as Framework;
  const provider = {
    getStage: () => 'prod',
    naming: { getStackName: () => 'stack' },
    getCustomDeploymentRole: () => undefined,
  };
  return getSharedStackActionParams.call({ provider, serverless: { service } }, {}).Tags;
};

/** The stack as it is without any parameter. */
export const packagedTemplate = (region = REGION): Promise<Template> =>
  packagedFile(TEMPLATE, region, {}) as Promise<Template>;
export const packaged = async (): Promise<Resources> => (await packagedTemplate()).Resources;

/** A value for each parameter that a stage can set, none of them the default: one stack shows what each does. */
export const EVERYTHING = {
  defaultMchid: '1900000001',
  alarmEmail: 'on-call@example.com',
  wechatpayHosts: 'https://a.example',
  wechatpayTimeoutMs: '4000',
  refreshHours: '1',
  queueConcurrency: '7',
  logRetentionDays: '400',
  throttleRate: '7',
  throttleBurst: '9',
  notificationRate: '3',
  notificationBurst: '5',
  jwtIssuer: 'https://issuer.example.com/pool',
  jwtAudience: 'presign, backoffice',
  jwtScopes: 'pre-sign,read',
  domainName: 'presign.example.com',
  certificateArn: 'arn:aws-cn:acm:cn-north-1:111122223333:certificate/0c6f1f5e',
  permissionsBoundaryArn: 'arn:aws-cn:iam::111122223333:policy/boundary',
  operatorRoleArn: 'arn:aws-cn:iam::111122223333:role/operator',
  deploymentPreference: 'AllAtOnce',
  deploymentAlarms: 'ignore',
  lambdaConcurrency: '1001',
};
export const packagedWithEverything = (): Promise<Template> =>
  packagedFile(TEMPLATE, REGION, EVERYTHING) as Promise<Template>;

/** What somebody sees who packages with parameters that are refused. */
export const refused = async (stage: string, parameters: Parameters): Promise<string> => {
  const project = await packageProject(argsFor(stage, REGION, parameters), { hollow: true }).catch(
    (error: Error) => error,
  );
  if (project instanceof Error) return project.message;
  await project.remove();
  throw new Error('packaged');
};

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
