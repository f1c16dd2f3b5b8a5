import { namesOf } from '../lib/names.ts';
import { stageOf, type Variables } from './framework.ts';

/** For `custom.names`. */
export const ofThisStage = async (variables: Variables) => namesOf(await stageOf(variables));
