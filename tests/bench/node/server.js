// Orders in memory, told to every socket: no disk, no journal, no sign-in. Prints its port as one line of JSON.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import cors from "cors";
import express from "express";
import helmet from "helmet";
import { Server } from "socket.io";

const products = new Map(
  Array.from({ length: 300 }, (_, n) => [n + 1, { id: n + 1, name: `Product ${n + 1}`, price: 1500 + n * 100, stock: 1e9 }]),
);
const orders = new Map();

const app = express();
app.use(helmet());
app.use(cors());
app.use(express.json({ limit: "1mb" }));
const server = createServer(app);
const io = new Server(server);

app.post("/api/orders", (request, response) => {
  const { tab, items } = request.body ?? {};
  if (typeof tab !== "string" || !Array.isArray(items) || items.length === 0) {
    return response.status(400).json({ error: "tab and items are needed" });
  }
  const lines = [];
  for (const { itemId, quantity } of items) {
    const product = products.get(itemId);
    if (!product || !Number.isInteger(quantity) || quantity < 1 || product.stock < quantity) {
      return response.status(400).json({ error: `item ${itemId} cannot be ordered` });
    }
    lines.push({ lineId: lines.length + 1, itemId, name: product.name, quantity, price: product.price, status: "preparing" });
  }
  for (const line of lines) products.get(line.itemId).stock -= line.quantity;
  const order = {
    orderId: randomUUID(),
    number: orders.size + 1,
    tab,
    items: lines,
    totalAmount: lines.reduce((sum, line) => sum + line.price * line.quantity, 0),
    paidAmount: 0,
    status: "open",
    version: 1,
    createdAt: new Date().toISOString(),
  };
  orders.set(order.orderId, order);
  io.emit("order.placed", order);
  return response.status(201).json(order);
});

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
