/**
 * `@peculiar/x509` resolves its parts with an injector that throws at import unless these functions exist,
 * and then only asks whether any class carries metadata. None does, so "no" is the complete answer and a
 * polyfill package would be one dependency more. Must be imported before `@peculiar/x509`.
 */
for (const name of ['getMetadata', 'getOwnMetadata', 'defineMetadata']) {
  // A real polyfill that was there first keeps its place.
  if (!(name in Reflect)) Reflect.set(Reflect, name, () => undefined);
}
