import { tryRecipe } from './testing/recipe-tests.js';

tryRecipe('A mutation');
