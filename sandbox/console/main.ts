import { createApp } from 'vue';
import App from './App.vue';
import { store } from './store.ts';
import './styles.css';

createApp(App).mount('#app');
store.connect();
