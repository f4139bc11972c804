//! The pages of the contract, once as HTML and once for the scripted browser, and those that only
//! a real browser can show.

use std::collections::HashMap;

use ampere_adapters::browser::scripted::{Effect, Page, ScriptedBrowser};

const HOME: &str = "<title>Home</title><h1>Welcome to the test site.</h1>
    <p>Two <b>bold</b>  words.</p><p hidden>Nobody sees this.</p>
    <a href=/prices>Prices</a> <a href=/form>Form</a> <a href=/long>Long</a>
    <a href=/window target=_blank>Elsewhere</a>
    <button onclick=\"document.querySelector('#more').textContent = 'More text.'\">More</button>
    <button onclick=\"confirm('Are you sure?')\">Ask</button>
    <a href=/file>Get</a><p id=more></p>";

const FORM: &str = "<title>Form</title><form action=/done>
    <label>Name <input name=name></label>
    <label>Size <select name=size><option>Small</option><option>Large</option></select></label>
    <label><input type=checkbox name=urgent> Urgent</label>
    <button>Send</button></form>";

/// The rows of the price list, over three pages.
pub const PRICES: [[&str; 2]; 3] = [["Apple", "1"], ["Pear", "2"], ["Plum", "3"]];

/// What pages do to get away, or to stay.
const TRICKS: &str = "<title>Tricks</title><button onclick='window.print()'>Print</button>
            <button onclick='window.close()'>Close</button>
            <button onclick=\"location = 'mailto:a@b.test'\">Mail</button>
            <button onclick=\"location = 'odd:thing'\">Odd</button>
            <button onclick='document.body.requestFullscreen()'>Full</button>
            <button onclick='for (let i = 0; i < 50; i += 1) alert(i)'>Shout</button>
            <button onclick=\"for (let i = 0; i < 20; i += 1) window.open('/window?' + i)\">
            Flood</button>
            <button onclick='navigator.geolocation.getCurrentPosition(() => {})'>Where</button>
            <button onclick='chooser.click()'>Choose</button><input type=file id=chooser hidden>
            <button onclick=\"alert('It works.')\">Works</button>
            <button onclick='onbeforeunload = (e) => e.preventDefault()'>Stay</button>";

/// The headers and text of a page that only the real browser is shown.
fn only_real(path: &str) -> Option<(&'static str, &'static str)> {
    let page = match path {
        "/hang" => "<title>Hang</title><button onclick='for (;;) {}'>Hang</button>",
        "/hangs" => "<title>Hangs</title>First.<script>for (;;) {}</script>",
        "/greedy" => {
            "<title>Greedy</title><button onclick='take()'>Take</button><script>
            const kept = [];
            function take() {
                for (let i = 0; i < 20; i += 1) {
                    const piece = new Uint8Array(64 * 1024 * 1024);
                    for (let at = 0; at < piece.length; at += 4096) piece[at] = 1;
                    kept.push(piece);
                }
            }</script>"
        }
        "/crash" => {
            "<title>Crash</title><button onclick='grow()'>Grow</button><script>
            function grow() { const kept = []; for (;;) kept.push(new Array(1e6).fill({})); }
            </script>"
        }
        "/cookie" => return Some(("set-cookie: who=first; path=/\r\n", "<title>Set</title>Set.")),
        "/whose" => "<title>Whose</title>Whose cookie?",
        "/file" => {
            let headers = "content-disposition: attachment; filename=\"list.csv\"\r\n";
            return Some((headers, "a,b"));
        }
        "/secret" => {
            "<title>Secret</title><label>Word <input type=password value=hunter2></label>
            <button disabled>Never</button>"
        }
        "/frame" => "<title>Frame</title>Before.<iframe src=/inner></iframe>After.",
        "/inner" => {
            "<p id=said>Inside.</p><button
            onclick=\"said.textContent = 'Pushed.'\">Push</button>"
        }
        "/fields" => {
            "<title>Fields</title><input type=date aria-label=Day
            onchange='said.textContent = value'>
            <div contenteditable role=textbox aria-label=Note>old</div><p id=said></p>
            <div style='height:300px;overflow:auto'><p style='height:900px'>x</p></div>"
        }
        "/script" => {
            "<title>Script</title><button onclick=\"location = 'file:///etc/passwd'\">File</button>
            <button onclick=\"window.open('http://127.0.0.1:1/')\">Inside</button>
            <button onclick=\"location = '/whose'\">Whose</button>"
        }
        "/target" => {
            "<title>Target</title><style>*{margin:0}</style><p id=said>Nothing.</p><script>
            onclick = (e) => { said.textContent = `Hit ${e.clientX} ${e.clientY}`; }</script>"
        }
        "/tricks" => TRICKS,
        "/spans" => {
            "<title>Spans</title><table hidden><tr><td>x<td>y</table>
            <table><tr><th>Day<th colspan=2>Sales<tr><td rowspan=2>Mon<td>1<td>2
            <tr><td>3<td>4</table>
            <div role=table aria-label=t><div role=row><span role=columnheader>K</span>
            <span role=columnheader>V</span></div><div role=row><span role=cell>a</span>
            <span role=cell>b</span></div></div>"
        }
        _ => return None,
    };
    Some(("", page))
}

/// The headers and text of the page at `path`.
pub fn html(path: &str, fields: &HashMap<String, String>) -> Option<(&'static str, String)> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let page = match path {
        "/" => HOME.to_owned(),
        "/form" => FORM.to_owned(),
        "/done" => format!(
            "<title>Done</title>Thank you, {}. {} {}",
            field("name"),
            field("size"),
            field("urgent")
        ),
        "/window" => "<title>Window</title>This was a window.".to_owned(),
        "/long" => "<title>Long</title><style>*{margin:0}</style><p style='height:3000px'>Top.</p>"
            .to_owned(),
        "/prices" | "/prices/2" | "/prices/3" => {
            let number = path.strip_prefix("/prices/").map_or(1, |number| number.parse().unwrap());
            let [name, price] = PRICES[number - 1];
            let next = if number < 3 {
                format!("<a href=/prices/{}>Next page</a>", number + 1)
            } else {
                "<button disabled>Next page</button>".to_owned()
            };
            format!(
                "<title>Prices</title><table><tr><th>Fruit<th>Price\
                 <tr><td>{name}<td>{price}</table>{next}"
            )
        }
        _ => return only_real(path).map(|(headers, page)| (headers, page.to_owned())),
    };
    Some(("", page))
}

/// The same site for the scripted browser.
pub fn scripted(origin: &str) -> ScriptedBrowser {
    let url = |path: &str| format!("{origin}{path}");
    let browser = ScriptedBrowser::new();
    let home = Page::new("Home", "Welcome to the test site.\nTwo bold words.")
        .link("Prices", &url("/prices"))
        .link("Form", &url("/form"))
        .link("Long", &url("/long"))
        .button("Elsewhere", Effect::Window(url("/window")))
        .button("More", Effect::Say("More text.".to_owned()))
        .button("Ask", Effect::Dialog("Are you sure?".to_owned()))
        .button("Get", Effect::Download("list.csv".to_owned()));
    let form = Page::new("Form", "Name Size Urgent")
        .field("Name")
        .choice("Size", &["Small", "Large"])
        .checkbox("Urgent")
        .button("Send", Effect::Send(url("/done")));
    browser
        .page(&url("/"), home)
        .page(&url("/form"), form)
        .page(&url("/done"), Page::new("Done", "Thank you, {name}. {size} {urgent}"))
        .page(&url("/window"), Page::new("Window", "This was a window."))
        .page(&url("/long"), Page::new("Long", "Top.").height(3_000));
    for (number, row) in (1..).zip(PRICES) {
        let mut page = Page::new("Prices", "").table(&["Fruit", "Price"], &[&row]);
        if number < 3 {
            page = page.link("Next page", &url(&format!("/prices/{}", number + 1)));
        }
        let path = if number == 1 { "/prices".to_owned() } else { format!("/prices/{number}") };
        browser.page(&url(&path), page);
    }
    browser
}
