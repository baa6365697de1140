/** The box's types by the names that the screens of stock use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Counts = api.CountsView;
export type StockTake = api.CountView;
export type Sheet = api.SheetView;
export type SheetItem = api.SheetItem;
export type SheetEntry = api.SheetEntry;
export type CountEntry = api.CountEntry;
export type OpenCount = api.OpenCount;
export type CloseCount = api.CloseCount;
export type Variance = api.VarianceView;
export type VarianceRow = api.VarianceRow;
export type Cause = api.CauseView;
export type Inventory = api.InventoryView;
export type InventoryItem = Required<api.InventoryItem>;
export type Places = api.LocationsView;
export type Place = api.LocationView;
export type Item = api.ItemView;
export type EditItem = api.EditItem;
export type Moves = api.MovesView;
export type Move = api.MoveView;
export type StockChange = api.StockChange;
export type StockTransfer = api.StockTransfer;
export type Production = api.Production;
export type Recipes = api.RecipesView;
export type Recipe = api.RecipeView;
export type EditRecipe = api.EditRecipe;
