// What is typed at a tour de table is kept in this browser until the portal has it: a text that was sent goes to an
// outbox, under the person and the meeting, and leaves again after a lost connection, a closed page or a session that
// ended. `sent_as` makes it one need however often it arrives. Without this script the form posts as any other.
const NBSP = "\u00a0";
const FIRST_DELAY = 2000;
const LONGEST_DELAY = 60000;
const PATIENCE = 20000;
const WAITING = "en attente d’envoi";
const KEPT = "Votre texte est gardé dans cet appareil.";

const form = document.querySelector("[data-outbox]");

function store(key, value) {
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
}

function mayStore() {
  try {
    store("besoins-essai", "1");
    store("besoins-essai", "");
    return true;
  } catch {
    return false; // a browser that keeps nothing, or is full: the form posts
  }
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

class Outbox {
  constructor(form) {
    this.form = form;
    this.text = form.elements.text;
    this.key = `besoins:${form.dataset.outbox}`;
    this.place = document.querySelector("[data-sending]");
    this.delay = FIRST_DELAY;
    this.sent = 0;
    this.busy = false;
    this.notice = "";
  }

  get items() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? [];
    } catch {
      return [];
    }
  }

  set items(items) {
    store(this.key, items.length ? JSON.stringify(items) : "");
    this.show();
  }

  begin() {
    this.text.value ||= localStorage.getItem(`${this.key}:brouillon`) ?? "";
    this.text.addEventListener("input", () => this.keepDraft());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    addEventListener("online", () => this.hurry());
    addEventListener("storage", () => this.show());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
    this.show();
    this.flush();
  }

  keepDraft() {
    try {
      store(`${this.key}:brouillon`, this.text.value);
    } catch { /* full: it still stands on the page */ }
  }

  add() {
    const organization = this.form.elements.organization;
    const item = { sent_as: uuid(), text: this.text.value, organization: organization?.value ?? "" };
    try {
      this.items = [...this.items, item];
    } catch { // full: the form posts, with what it holds
      this.form.submit();
      return;
    }
    this.text.value = "";
    this.keepDraft();
    this.text.focus();
    this.hurry();
  }

  hurry() {
    this.delay = FIRST_DELAY;
    this.flush();
  }

  async flush() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    let again = 0;
    try {
      let item;
      while (!again && (item = this.items.find((each) => !each.stopped))) again = await this.leave(item);
    } finally {
      this.busy = false;
    }
    if (again > 0) this.timer = setTimeout(() => this.flush(), again);
  }

  // Sends one; answers with how long to wait before the next try, 0 where it is settled, -1 where only the person can.
  async leave(item) {
    let answer;
    try {
      answer = await this.post(item);
      if (answer.status === 403) {
        const page = await this.page();
        if (page === null) return this.signedOut();
        if (this.renew(page)) answer = await this.post(item);
      }
    } catch {
      return this.later();
    }
    this.notice = "";
    if (answer.status === 204) return this.settle(item);
    if (answer.type === "opaqueredirect") return this.signedOut();
    if (answer.status === 429) return this.later(1000 * Number(answer.headers.get("Retry-After") || 60));
    if (answer.status >= 500) return this.later();
    return this.stop(item, answer);
  }

  post(item) {
    const body = new FormData(this.form);
    for (const name of ["sent_as", "text"]) body.set(name, item[name]);
    if (item.organization) body.set("organization", item.organization);
    const asked = { "HX-Request": "true" };
    const signal = AbortSignal.timeout(PATIENCE);
    return fetch(this.form.action, { method: "POST", body, headers: asked, redirect: "manual", signal });
  }

  // The page as it is now: null where nobody is signed in, or another person, whose session never serves.
  async page() {
    const answer = await fetch(this.form.action, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.type === "opaqueredirect") return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const person = page.querySelector("[data-signs-out]")?.dataset.signsOut;
    return person === this.form.dataset.outbox.split(":")[0] ? page : null;
  }

  // A session that began again has another token.
  renew(page) {
    const token = page.querySelector("[data-outbox] [name=csrfmiddlewaretoken]");
    if (token) this.form.elements.csrfmiddlewaretoken.value = token.value;
    return token !== null;
  }

  settle(item) {
    this.delay = FIRST_DELAY;
    this.sent += 1;
    this.items = this.items.filter((each) => each.sent_as !== item.sent_as);
    window.htmx?.trigger("#needs", "fresh");
    return 0;
  }

  later(wait) {
    const delay = wait ?? this.delay * (1 + Math.random() / 2);
    this.delay = Math.min(2 * this.delay, LONGEST_DELAY);
    this.show();
    return delay;
  }

  signedOut() {
    this.notice = "signed out";
    this.show();
    return -1;
  }

  async stop(item, answer) {
    const plain = answer.headers.get("Content-Type")?.startsWith("text/plain");
    const words = plain ? await answer.text() : "Vous ne pouvez pas écrire ici avec ce compte.";
    const stopped = { ...item, stopped: words };
    this.items = this.items.map((each) => (each.sent_as === item.sent_as ? stopped : each));
    return 0;
  }

  takeUp(item) {
    const typed = this.text.value.trim();
    this.text.value = typed ? `${typed}\n${item.text}` : item.text;
    this.keepDraft();
    this.items = this.items.filter((each) => each.sent_as !== item.sent_as);
    this.text.focus();
  }

  show() {
    const list = element("ul", { role: "list" }, this.items.map((item) => this.row(item)));
    const parts = this.items.length ? [list] : [];
    if (this.notice) parts.unshift(this.signIn());
    if (this.sent) parts.push(element("p", { className: "status ok" }, [this.sent > 1 ? `${this.sent} besoins envoyés` : "envoyé"]));
    this.place.replaceChildren(...parts);
  }

  row(item) {
    const state = item.stopped ? `${item.stopped} ${KEPT}` : WAITING;
    const said = element("p", { className: item.stopped ? "error" : "status warn" }, [state]);
    const row = element("li", {}, [element("p", { className: "words" }, [item.text]), said]);
    if (item.stopped) {
      const button = element("button", { className: "button small", type: "button" }, ["Reprendre le texte"]);
      button.addEventListener("click", () => this.takeUp(item));
      row.append(button);
    }
    return row;
  }

  signIn() {
    const address = `/compte/login/?next=${encodeURIComponent(location.pathname)}`;
    const link = element("a", { href: address }, ["Se connecter de nouveau"]);
    const words = `Votre session est terminée. ${KEPT} Il partira quand vous reviendrez${NBSP}: `;
    return element("p", { className: "note warn" }, [words, link]);
  }
}

function element(name, properties, children) {
  const { role, ...others } = properties;
  const made = Object.assign(document.createElement(name), others);
  if (role) made.setAttribute("role", role);
  made.append(...children);
  return made;
}

if (form && mayStore()) new Outbox(form).begin();

// A list that is not up to date says so, and asks nothing while there is no network.
const lost = (is) => document.querySelectorAll("[data-lost]").forEach((words) => { words.hidden = !is; });

document.addEventListener("htmx:beforeRequest", (event) => {
  if (navigator.onLine || event.detail.requestConfig.verb !== "get") return;
  event.preventDefault();
  lost(true);
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => lost(true));
}
// What is asked for may come back as the page to sign in, which does not go in the place of a list.
document.addEventListener("htmx:beforeSwap", (event) => {
  const ours = new URL(event.detail.xhr.responseURL || location.href).pathname.startsWith("/rencontres/");
  if (!ours) event.detail.shouldSwap = false;
  if (event.detail.xhr.status < 300) lost(!ours);
});
