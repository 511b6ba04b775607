// Sorting of tables and the theme switch. The page says everything without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "oversmith-theme";

  // Local files may be refused a store: the switch then lasts as long as the page.
  function stored() { try { return localStorage.getItem(KEY); } catch (error) { return null; } }
  function store(value) { try { localStorage.setItem(KEY, value); } catch (error) { /* nothing to do */ } }

  function setTheme(value) {
    if (value === "light" || value === "dark") { root.dataset.theme = value; } else { value = "auto"; delete root.dataset.theme; }
    document.querySelectorAll(".theme button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.value === value));
    });
  }

  // Tables made from text have no keys: what they show is the key, with the true minus turned into one that parses.
  function key(cell) {
    if (cell.dataset.v !== undefined) { return cell.dataset.v; }
    var text = cell.textContent.trim();
    return text === "–" ? "" : text.replace(/^\u2212/, "-");
  }

  function compare(a, b, direction) {
    var x = parseFloat(a), y = parseFloat(b);
    var noX = a === "", noY = b === "";
    if (noX || noY) { return noX - noY; } // what is missing comes last, whichever way
    var order = isNaN(x) || isNaN(y) ? String(a).localeCompare(String(b)) : x - y;
    return direction === "ascending" ? order : -order;
  }

  function sort(button) {
    var header = button.closest("th"), table = button.closest("table"), body = table.tBodies[0];
    var column = Array.prototype.indexOf.call(header.parentNode.children, header);
    var first = header.dataset.first || "descending";
    var other = first === "descending" ? "ascending" : "descending";
    var direction = header.getAttribute("aria-sort") === first ? other : first;
    var rows = Array.prototype.slice.call(body.rows);
    rows.sort(function (a, b) { return compare(key(a.cells[column]), key(b.cells[column]), direction); });
    rows.forEach(function (row) { body.appendChild(row); });
    table.querySelectorAll("th[aria-sort]").forEach(function (cell) { cell.setAttribute("aria-sort", "none"); });
    header.setAttribute("aria-sort", direction);
  }

  root.classList.add("js");
  setTheme(stored());
  document.addEventListener("DOMContentLoaded", function () {
    setTheme(stored());
    document.querySelectorAll(".theme button").forEach(function (button) {
      button.addEventListener("click", function () { store(button.value); setTheme(button.value); });
    });
    document.querySelectorAll("table.sortable th button").forEach(function (button) {
      button.addEventListener("click", function () { sort(button); });
    });
    // Closed details hold tables that paper should not lose; they close again after printing.
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.prototype.slice.call(document.querySelectorAll("details.more:not([open]), details.set:not([open])"));
      opened.forEach(function (element) { element.open = true; });
    });
    window.addEventListener("afterprint", function () { opened.forEach(function (element) { element.open = false; }); });
  });
})();
