// What is loaded together: whoever opens one of them goes on to another.
export { DeliveryList } from "./delivery_list.tsx";
export { DeliveryRoom } from "./delivery_room.tsx";
export { OrderList } from "./order_list.tsx";
