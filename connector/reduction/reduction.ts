/** Flow's reductions, exact enough to be the judge of what a capture has written. */
export { Collection, type CollectionSpec } from './collection.ts';
export { Combiner, combineDocuments, type Drained } from './combiner.ts';
export {
  parseJson,
  stringifyJson,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  isObject,
  property,
} from './json.ts';
export { Materialization, storeAction, type StoreAction } from './materialization.ts';
export {
  createReducer,
  ReductionError,
  type JsonSchema,
  type Reduced,
  type Reducer,
  type ReductionErrorKind,
} from './reducer.ts';
