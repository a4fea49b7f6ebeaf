//! Texts in a manifest that stand for a value which another program puts in before it is applied: Flux' variables,
//! placeholders of the Argo CD Vault plugin, templates of Helm. What is put in is not known here.

/// Tells whether a value, or a line or part of it, stands for something that is put in later.
pub(crate) fn stands_in<V: AsRef<[u8]> + ?Sized>(value: &V) -> bool {
    let value = value.as_ref();
    let holds = |mark: &&[u8]| value.windows(mark.len()).any(|window| window == *mark);
    let is_marked = |line: &[u8]| line.starts_with(b"ENC[") || line.starts_with(b"<") && line.ends_with(b">");
    let mut lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(is_marked) || [&b"${"[..], b"{{", b"$(", b"<path:"].iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_value_that_is_put_in_later_is_known() {
        for text in [
            "${ca_bundle}",
            "    ${ca_bundle}\n",
            "<password>",
            "<password | base64encode>",
            "{\"auth\": \"<path:secret/data/a#b>\"}",
            "{{ .Values.ca }}",
            "$(CA)",
            "ENC[AES256_GCM,data:x]",
            "a: ${KEY}",
            "-----\n<here>\r\n-----",
        ] {
            assert!(stands_in(text), "{text}");
        }
        for text in [
            "",
            "text",
            "a<b>c",
            "a\nb <c>\n",
            "{\"auths\":{}}",
            "$oauthtoken",
            "robot$library+puller",
            "pa{ss}",
            "-----BEGIN CERTIFICATE-----",
        ] {
            assert!(!stands_in(text), "{text}");
        }
    }
}
