import { tryRecipe } from './testing/recipe-tests.js';

tryRecipe('A noun with a list and a create');
