import { computed, ref, watchEffect } from 'vue';
import type { Language } from '../anatomy.ts';
import { ENGLISH } from './messages/en.ts';
import { CHINESE } from './messages/zh-cn.ts';

const KEY = 'language';
const CATALOGUES = { en: ENGLISH, 'zh-CN': CHINESE };

function firstLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'en' || chosen === 'zh-CN') return chosen;
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
}

export const language = ref(firstLanguage());
export const texts = computed(() => CATALOGUES[language.value]);

export function setLanguage(to: Language): void {
  language.value = to;
  localStorage.setItem(KEY, to);
}

watchEffect(() => {
  document.documentElement.lang = language.value;
});

export const timeOf = (at: string): string =>
  new Date(at).toLocaleTimeString(language.value, { hour12: false });

const DAY = 24 * 60 * 60 * 1000;
export const daysLeft = (end: string): number => Math.floor((Date.parse(end) - Date.now()) / DAY);
