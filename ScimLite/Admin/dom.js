// Elements are made, never parsed: whatever a customer's directory holds can only ever become text.

/** Makes an element. Keys that start with "on" are listeners, false and null leave an attribute out. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  fill(element, properties, children);
  return element;
}

/** The same for a drawing. */
export function svg(tag, properties, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, properties, children);
  return element;
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
}

/** Shows these elements in a box. One that stands there already stays the same, so that it keeps the keyboard and is not announced again. */
export function renew(box, children) {
  const held = box.contains(document.activeElement);
  const old = [...box.children];
  const kept = children.map((child) => old.find((element) => element.isEqualNode(child)) ?? child);
  old.filter((element) => !kept.includes(element)).forEach((element) => element.remove());
  kept.forEach((element, i) => element === box.children[i] || box.insertBefore(element, box.children[i] ?? null));
  if (held && !box.contains(document.activeElement)) {
    document.getElementById('main').focus({ preventScroll: true });
  }
}

/** Shows a passing note, which screen readers hear too. */
export function note(text) {
  const line = h('p', {}, text);
  document.getElementById('notes').append(line);
  setTimeout(() => line.remove(), 5000);
}

/** A time in the reader's own zone, `medium` to the second or `short` to the minute; the exact one is in its title. */
export function time(value, timeStyle = 'medium', absent = 'never') {
  if (!value) {
    return h('span', { class: 'quiet' }, absent);
  }
  const date = new Date(value);
  const text = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle }).format(date);
  return h('time', { datetime: date.toISOString(), title: date.toISOString() }, text);
}

/** How long ago, in one word or two. */
export function ago(value, absent = 'never') {
  if (!value) {
    return h('span', { class: 'quiet' }, absent);
  }
  return h('time', { class: 'ago', datetime: new Date(value).toISOString(), title: new Date(value).toLocaleString() }, since(value));
}

function since(value) {
  const seconds = Math.max(0, (Date.now() - new Date(value).getTime()) / 1000);
  const [amount, unit] = seconds < 90 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute']
    : seconds < 172800 ? [seconds / 3600, 'hour'] : [seconds / 86400, 'day'];
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(-Math.round(amount), unit);
}

// A page that stays open goes on telling the truth.
setInterval(() => {
  for (const element of document.querySelectorAll('time.ago')) {
    element.textContent = since(element.dateTime);
  }
}, 10_000);

/** Seconds as people say them. */
export function duration(seconds) {
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : whole < 7200 ? `${Math.round(whole / 60)} min` : `${Number((whole / 3600).toFixed(1))} h`;
}

/** A number with its thousands apart; a dash for none. */
export function number(value) {
  return value === null || value === undefined ? '–' : new Intl.NumberFormat().format(value);
}

/** What is left until a credential ends, in whole days. */
export function daysLeft(days) {
  return days < 1 ? 'less than a day' : days < 2 ? '1 day' : `${Math.floor(days)} days`;
}

/** A value to be copied, with its button. */
export function copyable(label, value) {
  const output = h('output', { class: 'code', 'aria-label': label }, value);
  const button = h('button', {
    type: 'button', 'aria-label': `Copy ${label}`,
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(value);
        note(`${label} copied`);
      } catch {
        // Without a secure context there is no clipboard; the text is selected, so that the keyboard can copy it.
        getSelection().selectAllChildren(output);
        note(`${label} is selected: press Ctrl+C`);
      }
    },
  }, 'Copy');
  return h('div', { class: 'copy' }, output, button);
}

/** A labelled field; `control` keeps its own name. */
export function field(label, control, hint) {
  const id = `f${field.count = (field.count ?? 0) + 1}`;
  control.id = id;
  const small = hint ? h('small', { id: `${id}h` }, hint) : null;
  if (hint) {
    control.setAttribute('aria-describedby', `${id}h`);
  }
  return h('div', { class: 'field' }, h('label', { for: id }, label), control, small);
}

/** A table that turns into cards on a narrow screen. Columns: [heading, cell of a row, class]. */
export function table(caption, columns, rows, empty) {
  if (rows.length === 0) {
    return h('p', { class: 'quiet' }, empty);
  }
  return h('div', { class: 'scroll' }, h('table', { class: 'stack' },
    h('caption', { class: 'hidden' }, caption),
    h('thead', {}, h('tr', {}, columns.map(([heading, , kind]) => h('th', { scope: 'col', class: kind }, heading)))),
    h('tbody', {}, rows.map((row) => h('tr', {}, columns.map(([heading, cell, kind]) => h('td', { 'data-label': heading, class: kind }, cell(row))))))));
}

/** A form in a dialog. `submit` gets the values; what it throws is shown, and the dialog stays. */
export function dialog(title, fields, action, submit, dangerous = false) {
  const problem = h('div', { role: 'alert' });
  const close = () => box.close();
  const form = h('form', {
    method: 'dialog',
    onsubmit: async (event) => {
      event.preventDefault();
      const send = form.querySelector('button[type=submit]');
      send.disabled = true;
      try {
        await submit(new FormData(form), close);
        close();
      } catch (error) {
        problem.replaceChildren(h('p', { class: 'alert bad' }, error.message));
      } finally {
        send.disabled = false;
      }
    },
  }, h('h2', {}, title), problem, fields, h('div', { class: 'row' },
    h('button', { type: 'submit', class: dangerous ? 'danger' : 'first' }, action), h('button', { type: 'button', onclick: close }, 'Cancel')));
  const box = h('dialog', {
    'aria-label': title,
    onclose: () => {
      box.remove();
      // What opened it may be gone; the keyboard is not to start from the top of the page again.
      if (document.activeElement === document.body) {
        document.getElementById('main').focus({ preventScroll: true });
      }
    },
  }, form);
  document.body.append(box);
  box.showModal();
  form.querySelector('input, select, textarea')?.focus();
}
