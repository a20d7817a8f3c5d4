import { Document } from './document.ts';

export const entities = [Document];
