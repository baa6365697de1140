/** The box's types by the names that the screens of buying use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Suggested = api.SuggestedView;
export type SuggestedOrder = api.SuggestedOrder;
export type SuggestedLine = api.SuggestedLine;
export type Purchases = api.PurchasesView;
export type PurchaseHead = api.PurchaseHead;
export type Purchase = api.PurchaseView;
export type PurchaseLine = api.PurchaseLineView;
export type EditPurchase = api.EditPurchase;
export type EditPurchaseLine = api.EditPurchaseLine;
export type SentPurchase = api.SentPurchase;
export type Deliveries = api.DeliveriesView;
export type DeliveryHead = api.DeliveryHead;
export type Delivery = api.DeliveryView;
export type DeliveryLine = api.DeliveryLineView;
export type DeliveredLine = api.DeliveredLine;
export type ReceivePurchase = api.ReceivePurchase;
export type NewDelivery = api.NewDelivery;
export type ReverseDelivery = api.ReverseDelivery;
export type EditSupplier = api.EditSupplier;
