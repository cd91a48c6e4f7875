export { openPictureSources } from './open-picture-sources.ts';
export type { PictureSources, PictureSourcesOptions } from './open-picture-sources.ts';
export type { LinkCheck, PictureProblem } from './check-links.ts';
export { pictureVariables } from './picture-variables.ts';
export type { PictureConfig } from './picture-variables.ts';
