import { tryRecipe } from './testing/recipe-tests.js';

tryRecipe('A field that is stored and can be set');
