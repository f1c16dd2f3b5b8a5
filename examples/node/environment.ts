/** @throws Error that names the variable that is not set. */
export const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Set ${name}: see examples/README.md.`);
  return value;
};
