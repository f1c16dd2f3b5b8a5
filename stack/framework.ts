/** What the framework gives whoever makes the value of a variable, and what such values are made of. */
import type { Settings } from './parameters.ts';

export type Variables = {
  options: { param?: string[] };
  resolveVariable: (address: string) => Promise<unknown>;
  resolveConfigurationProperty: (path: string[]) => Promise<unknown>;
};

/** An intrinsic function of CloudFormation, which alone knows its value. */
export type Expression = Readonly<Record<string, unknown>>;

export type Resource = {
  Type: string;
  DependsOn?: string[];
  Properties: Readonly<Record<string, unknown>>;
  UpdatePolicy?: object;
};
export type Resources = Readonly<Record<string, Resource>>;

/** A function of serverless.yml, as far as we look at it. */
export type FunctionConfig = { role?: string; timeout?: number; events?: readonly object[] };

export const stageOf = async ({ resolveVariable }: Pick<Variables, 'resolveVariable'>): Promise<string> =>
  (await resolveVariable('sls:stage')) as string;

/** The parameters, checked. */
export const settingsOf = async ({
  resolveVariable,
}: Pick<Variables, 'resolveVariable'>): Promise<Settings> =>
  (await resolveVariable('self:custom.set')) as Settings;

export const getAtt = (logicalId: string): Expression => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** An ARN by name, for what cannot be referred to without a circle. */
export const arn = (service: string, resource: string): Expression => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});
