//! As much of DER as private keys need: it borrows from what it reads, so that no byte of a key is copied.

/// An element, and what stands after it.
pub(super) struct Element<'d> {
    /// What it is.
    pub(super) tag: u8,
    /// Its bytes.
    pub(super) content: &'d [u8],
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Returns the elements of a sequence's content; none where it is not well formed.
pub(super) fn elements(mut content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::new();
    while !content.is_empty() {
        let (element, rest) = element(content)?;
        elements.push(element);
        content = rest;
    }
    Some(elements)
}

/// Returns the elements of the one sequence that bytes are.
pub(super) fn sequence(der: &[u8]) -> Option<Vec<Element<'_>>> {
    match element(der)? {
        (Element { tag: SEQUENCE, content }, []) => elements(content),
        _ => None,
    }
}

fn element(der: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Element { tag, content }, rest))
}

/// Returns a number without the zeros before it.
pub(super) fn unsigned(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Returns how many bits a number has.
pub(super) fn bits(number: &[u8]) -> usize {
    let number = unsigned(number);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// Writes an object identifier as people do; none where it is not well formed.
pub(super) fn oid(content: &[u8]) -> Option<String> {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: u64 = 0;
    for byte in content {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            match arcs.len() {
                0 => arcs.extend([(arc / 40).min(2), arc - (arc / 40).min(2) * 40]),
                _ => arcs.push(arc),
            }
            arc = 0;
        }
    }
    let arcs: Vec<String> = arcs.iter().map(u64::to_string).collect();
    (!arcs.is_empty()).then(|| arcs.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_end_where_they_say() {
        let read = sequence(&[0x30, 6, 2, 1, 5, 4, 1, 9]).unwrap();
        assert_eq!(read.iter().map(|one| (one.tag, one.content)).collect::<Vec<_>>(), [(2, &[5][..]), (4, &[9][..])]);
        for wrong in
            [&[0x30, 3, 2, 1][..], &[0x30, 0x80], &[0x30, 2, 2, 1], &[0x30, 0, 0], &[0x30, 0x85, 0, 0, 0, 0, 0], &[]]
        {
            assert!(sequence(wrong).is_none(), "{wrong:?}");
        }
        assert_eq!(oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]).unwrap(), "1.2.840.10045.2.1");
        assert_eq!((bits(&[0, 0x80]), bits(&[1, 0]), bits(&[])), (8, 9, 0));
    }
}
