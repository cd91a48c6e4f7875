export { apng, gif, webpAnimation } from './moving-pictures.ts';
export { noise, upright } from './still-pictures.ts';
