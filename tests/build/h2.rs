//! HTTP/2 frames (RFC 9113), header blocks without compression (RFC 7541 section 6.2.2).

/// What a client says first, with its SETTINGS.
#[must_use]
pub fn preface() -> Vec<u8> {
    [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &settings()].concat()
}

/// SETTINGS that change nothing.
#[must_use]
pub fn settings() -> Vec<u8> {
    frame(4, 0, 0, &[])
}

/// A frame.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [.., high, middle, low] = payload.len().to_be_bytes();
    [&[high, middle, low, kind, flags], &stream.to_be_bytes()[..], payload].concat()
}

/// HEADERS with these fields; `last` ends the stream.
#[must_use]
pub fn headers(stream: u32, last: bool, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            let [.., length] = text.len().to_be_bytes();
            block.push(length);
            block.extend(text.as_bytes());
        }
    }
    frame(1, 4 | u8::from(last), stream, &block)
}

/// A GET; `via` marks it as forwarded by a gateway.
#[must_use]
pub fn get(stream: u32, authority: &str, path: &str) -> Vec<u8> {
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", authority),
        (":path", path),
        ("x-forwarded-for", "10.20.0.50"),
    ];
    headers(stream, true, &fields)
}

/// DATA of so many bytes; `last` ends the stream.
#[must_use]
pub fn data(stream: u32, last: bool, length: usize) -> Vec<u8> {
    frame(0, u8::from(last), stream, &vec![b'.'; length])
}

/// RST_STREAM.
#[must_use]
pub fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(3, 0, stream, &code.to_be_bytes())
}

/// GOAWAY: the last stream that is taken, and why.
#[must_use]
pub fn goaway(last: u32, code: u32) -> Vec<u8> {
    frame(7, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat())
}
