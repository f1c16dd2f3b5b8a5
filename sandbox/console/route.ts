import { computed, ref } from 'vue';

export const VIEWS = ['requests', 'product', 'try', 'weather', 'keys', 'contracts', 'reference'] as const;
export type View = (typeof VIEWS)[number];

const hash = ref(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** `#/requests/12` is the view `requests`, and what of it is looked at. */
export const route = computed((): { readonly view: View; readonly id: string } => {
  const [, name = '', id = ''] = hash.value.split('/');
  return { view: VIEWS.find((view) => view === name) ?? 'requests', id };
});
