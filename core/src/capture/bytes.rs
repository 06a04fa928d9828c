//! Integers at an offset, in either byte order; `None` beyond the end.

/// 16 bits.
#[inline]
pub fn u16(data: &[u8], at: usize, big: bool) -> Option<u16> {
    let field = data.get(at..)?.first_chunk::<2>()?;
    Some(if big { u16::from_be_bytes(*field) } else { u16::from_le_bytes(*field) })
}

/// 32 bits.
#[inline]
pub fn u32(data: &[u8], at: usize, big: bool) -> Option<u32> {
    let field = data.get(at..)?.first_chunk::<4>()?;
    Some(if big { u32::from_be_bytes(*field) } else { u32::from_le_bytes(*field) })
}
