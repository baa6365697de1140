// Follows the desk over server-sent events; everything on the page is what the last event said.
const TEXTS = {
  zh: {
    title: "虚拟打印机",
    hint: "下单或结账后，小票会从这里出来。按下开关可以模拟故障：缺纸、开盖、断电、死机。",
    live: "实时",
    connecting: "正在连接…",
    empty: "还没有出纸，去点一单试试。",
    close: "关闭",
    ready: "正常",
    paper: "缺纸",
    cover: "开盖",
    power: "断电",
    hang: "死机",
    slip: (printer, number) => `${printer}第 ${number} 张小票，点按放大`,
    kicks: (count) => `钱箱已弹开 ${count} 次`,
  },
  en: {
    title: "Virtual printers",
    hint: "Place or pay an order and its paper comes out here. The switches break a printer: no paper, cover open, no power, hanging.",
    live: "Live",
    connecting: "Connecting…",
    empty: "No paper yet: place an order.",
    close: "Close",
    ready: "Ready",
    paper: "No paper",
    cover: "Cover open",
    power: "No power",
    hang: "Hanging",
    slip: (printer, number) => `${printer}, slip ${number}: show larger`,
    kicks: (count) => `drawer opened ${count} ×`,
  },
};
const SWITCHES = ["paper", "cover", "power", "hang"];
const MOST = 40;
const main = document.querySelector("main");
const dialog = document.querySelector("dialog");
const desk = new Map();
let connected = false;
let language = localStorage.getItem("demo-language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

const text = (key) => TEXTS[language][key];
const clock = () =>
  new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function speak(chosen) {
  language = chosen;
  localStorage.setItem("demo-language", chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  document.title = `${text("title")} · Barbox`;
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = text(place.dataset.text);
  for (const place of document.querySelectorAll("[data-label]")) place.ariaLabel = text(place.dataset.label);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.ariaPressed = String(button.dataset.language === chosen);
  }
  showConnection(connected);
  for (const printer of desk.values()) describe(printer);
}

function showConnection(on) {
  connected = on;
  const place = document.querySelector(".live");
  place.classList.toggle("on", on);
  const words = place.querySelector("b");
  words.dataset.text = on ? "live" : "connecting";
  words.textContent = text(words.dataset.text);
}

function set(printers) {
  desk.clear();
  main.replaceChildren();
  for (const printer of printers) {
    const section = document.querySelector("#printer").content.firstElementChild.cloneNode(true);
    desk.set(printer.id, { ...printer, section });
    for (const name of SWITCHES) section.querySelector(".switches").append(makeSwitch(printer.id, name));
    main.append(section);
    for (const slip of [...printer.slips].reverse()) put(printer.id, slip, false);
  }
  speak(language);
}

function makeSwitch(printer, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.switch = name;
  button.dataset.text = name;
  button.addEventListener("click", () => turn(printer, name, button.ariaPressed !== "true"));
  return button;
}

async function turn(printer, name, faulty) {
  const answer = await fetch(`/demo/printers/${printer}/switches`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ switch: name, faulty }),
  });
  if (answer.ok) apply({ printer, state: await answer.json() });
}

function apply({ printer: id, slip, state }) {
  const printer = desk.get(id);
  if (!printer) return;
  if (slip) put(id, slip, true);
  if (state) {
    printer.state = state;
    describe(printer);
  }
}

function describe({ names, title, connection, state, section }) {
  section.querySelector("h2").textContent = names[language];
  const kicks = state.kicks ? ` · ${text("kicks")(state.kicks)}` : "";
  section.querySelector(".model").textContent = `${title}${kicks}`;
  section.querySelector(".model").title = connection;
  const wrong = state.power ? ["power"] : SWITCHES.filter((name) => state[name]);
  section.classList.toggle("fault", wrong.length > 0);
  section.classList.toggle("dark", state.power);
  section.querySelector(".state").textContent = wrong.length ? wrong.map(text).join(" · ") : text("ready");
  for (const button of section.querySelectorAll("[data-switch]")) {
    button.ariaPressed = String(state[button.dataset.switch]);
    button.textContent = text(button.dataset.switch);
  }
  for (const slip of section.querySelectorAll(".slip")) {
    slip.querySelector("img").alt = text("slip")(names[language], slip.dataset.number);
    slip.querySelector("time").textContent = `#${slip.dataset.number} · ${clock().format(slip.dataset.at * 1000)}`;
  }
}

function put(id, slip, fresh) {
  const printer = desk.get(id);
  const { section } = printer;
  const list = section.querySelector("ol");
  if (list.querySelector(`[data-number="${slip.number}"]`)) return;
  const item = document.createElement("li");
  item.className = fresh ? "slip fresh" : "slip";
  item.dataset.number = slip.number;
  item.dataset.at = slip.at;
  const widest = 640 / 203; // inches of an 80 mm roll; a 58 mm slip is narrower on the screen too
  item.style.setProperty("--wide", `${Math.min(100, (slip.width / printer.dpi / widest) * 100)}%`);
  item.style.setProperty("--high", Math.round(slip.height * 0.65));
  item.style.setProperty("--takes", `${Math.min(1.4, 0.25 + slip.height / 1400)}s`);
  const picture = document.createElement("img");
  picture.src = `/demo/printers/${id}/${slip.number}.png`;
  picture.width = slip.width;
  picture.height = slip.height;
  const button = document.createElement("button");
  button.type = "button";
  button.append(picture);
  button.addEventListener("click", () => enlarge(picture));
  item.append(button, document.createElement("time"));
  list.prepend(item);
  while (list.children.length > MOST) list.lastElementChild.remove();
  section.classList.add("printed");
  if (fresh) {
    section.querySelector(".spool").scrollTop = 0;
    section.classList.remove("busy");
    requestAnimationFrame(() => section.classList.add("busy"));
  }
  describe(printer);
}

function enlarge(picture) {
  const large = dialog.querySelector("img");
  large.src = picture.src;
  large.alt = picture.alt;
  dialog.showModal();
}

dialog.addEventListener("click", (event) => event.target !== dialog.querySelector("img") && dialog.close());
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
speak(language);

const source = new EventSource("/demo/printers/live");
source.addEventListener("open", () => showConnection(true));
source.addEventListener("error", () => showConnection(false));
source.addEventListener("desk", (event) => set(JSON.parse(event.data)));
source.addEventListener("news", (event) => apply(JSON.parse(event.data)));
