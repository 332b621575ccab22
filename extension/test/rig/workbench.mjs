// The workbench in a real browser, and what a person does and sees there.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { sleep } from "./codeServer.mjs";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** openBrowser starts Chromium; close it when done. */
export function openBrowser(rig) {
  const { chromium } = createRequire(path.join(rig.root, "package.json"))("playwright-core");
  return chromium.launch({ executablePath: rig.chromium, args: flags });
}

/** Workbench drives one page. Every wait fails with what was waited for. */
export class Workbench {
  constructor(page, shots) {
    this.page = page;
    this.shots = shots;
    this.taken = 0;
  }

  async open(url) {
    await this.page.goto(url, { waitUntil: "domcontentloaded" });
    await this.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 60_000 });
  }

  /** command runs a command of the palette by its title. */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.#pick(`>${title}`);
  }

  /** openFile opens a file of the folder by its name, and a line of it. */
  async openFile(name, line) {
    await this.page.keyboard.press("Control+p");
    await this.#pick(name);
    const tab = this.page.locator(".tab.active", { hasText: path.basename(name) });
    await tab.waitFor();
    await this.page.locator(".editor-instance .monaco-editor .view-line").first().waitFor();
    if (line) {
      await this.page.keyboard.press("Control+g");
      await this.#pick(`:${line}`);
    }
  }

  /** replace replaces a text in the editor that is in front, as typing would. */
  async replace(text, replacement) {
    await this.page.keyboard.press("Control+1"); // the focus may be in a panel
    await this.page.keyboard.press("Control+h");
    const find = this.page.locator(".find-widget .find-part textarea");
    await find.fill(text);
    await this.page.locator(".find-widget .replace-part textarea").fill(replacement);
    await this.page.locator(".find-widget .matchesCount", { hasText: "of 1" }).waitFor();
    await this.page.keyboard.press("Control+Alt+Enter"); // replace all
    await this.page.locator(".find-widget .matchesCount", { hasText: "No results" }).waitFor();
    await this.page.keyboard.press("Escape");
  }

  async #pick(text) {
    const input = this.page.locator(".quick-input-widget input").first();
    await input.waitFor();
    await input.fill(text);
    await this.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await sleep(300); // the list settles without telling
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
  }

  lens(title) {
    return this.page.locator(".codelens-decoration a", { hasText: title });
  }

  /** lensOver is the lens with a title right above the line that starts with a text. */
  async lensOver(line, title) {
    const text = this.page.locator(".editor-instance .view-line", { hasText: line }).first();
    await text.waitFor();
    return this.until(`the lens ${title} over ${line}`, async () => {
      const below = await text.boundingBox();
      for (const lens of await this.lens(title).all()) {
        const box = await lens.boundingBox();
        if (below && box && box.y < below.y && below.y - box.y < 1.6 * below.height) return lens;
      }
      return undefined;
    });
  }

  /** outputText is what the output panel shows now. */
  async outputText() {
    const lines = await this.page.locator(".output-view .view-line").allInnerTexts();
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  squiggles(severity) {
    return this.page.locator(`.editor-instance .squiggly-${severity}`);
  }

  /** notification is a message or a progress that is shown. */
  notification(text) {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  statusBar(text) {
    return this.page.locator(".statusbar-item", { hasText: text });
  }

  /** problems opens the Problems view and returns its rows. */
  async problems() {
    await this.command("Problems: Focus on Problems View");
    const rows = this.page.locator(".markers-panel .monaco-list-row");
    await rows.first().waitFor();
    return rows;
  }

  /** until waits for a condition of the page and says what was missing. */
  async until(what, condition, timeout = 60_000) {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await condition();
      if (value) return value;
      if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
      await sleep(100);
    }
  }

  /** shot saves what is seen. */
  async shot(name, file) {
    mkdirSync(this.shots, { recursive: true });
    const number = String(++this.taken).padStart(2, "0");
    const image = file ?? path.join(this.shots, `${number}-${name}.png`);
    await this.page.screenshot({ path: image });
    return image;
  }
}
