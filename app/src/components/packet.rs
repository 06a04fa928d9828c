//! One packet or log line as it is in the file, read again when somebody asks for it.

use gateway_triage_core::details::{Details, Layer};
use leptos::prelude::*;

use crate::protocol::{Look, Shown};
use crate::state::App;
use crate::words;

/// Bytes in one row of the dump.
const ROW: usize = 16;
/// Bytes of the dump.
const DUMPED: usize = 256;

/// Decoded fields and the first bytes, or the line.
#[component]
pub fn PacketDetails(look: Look) -> impl IntoView {
    let app = App::get();
    let found = RwSignal::new(None::<Shown>);
    let number = app.look(look, move |shown| {
        // Closed in the meantime.
        let _ = found.try_set(Some(shown));
    });
    on_cleanup(move || app.forget(number));
    view! {
        <div class="packet" role="status">
            {move || match found.get() {
                None => view! { <p class="aside">{words::LOOKING}</p> }.into_any(),
                Some(Shown::Packet(details)) => packet(&details).into_any(),
                Some(Shown::Line(text)) => view! { <pre aria-label=words::LINE_AS_IT_IS>{text}</pre> }.into_any(),
                Some(Shown::Gone(why)) => view! { <p class="aside">{why}</p> }.into_any(),
                Some(_) => ().into_any(),
            }}
        </div>
    }
}

fn packet(details: &Details) -> impl IntoView + use<> {
    let layers = details.layers.iter().map(layer).collect_view();
    let dump = dump(&details.bytes);
    view! {
        <div class="layers">{layers}</div>
        <details>
            <summary>{words::FIRST_BYTES}</summary>
            <pre class="dump">{dump}</pre>
        </details>
    }
}

fn layer(layer: &Layer) -> impl IntoView + use<> {
    let fields = layer.fields.iter().map(|field| {
        let filter = (!field.filter.is_empty()).then(|| view! { <dd class="filter">{field.filter.clone()}</dd> });
        view! {
            <div>
                <dt>{field.name.clone()}</dt>
                <dd>{field.value.clone()}</dd>
                {filter}
            </div>
        }
    });
    view! {
        <section>
            <h5>{layer.name.clone()}</h5>
            <dl>{fields.collect_view()}</dl>
        </section>
    }
}

/// Offset, bytes in hexadecimal, and what of them is text.
fn dump(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (row, chunk) in bytes.get(..DUMPED).unwrap_or(bytes).chunks(ROW).enumerate() {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let plain: String =
            chunk.iter().map(|byte| if (0x20..0x7F).contains(byte) { char::from(*byte) } else { '.' }).collect();
        text += &format!("{:04x}  {:<47}  {plain}\n", row * ROW, hex.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::dump;

    #[test]
    fn bytes_stand_beside_their_text() {
        let text = dump(b"GET / HTTP/1.1\r\nHost");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("0000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1.."));
        assert_eq!(lines.next(), Some("0010  48 6f 73 74                                      Host"));
    }
}
