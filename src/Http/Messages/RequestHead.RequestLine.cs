using System.Text;

namespace Http.Messages;

// The request line: method, target in its forms, version (RFC 9112 §3).
internal sealed partial class RequestHead
{
    // Of a line that is not complete: the space behind its method, and whether its target ended.
    private int _methodEnd;
    private bool _hasTarget;

    private void ResetRequestLine()
    {
        _methodEnd = -1;
        _hasTarget = false;
    }

    /// <summary>
    /// What can be said before the line is complete: that its method is none, and that its target
    /// is too long. So a client that speaks something else is told at its first byte. Looks only at
    /// what came since the last call.
    /// </summary>
    private bool CheckRequestLineSoFar(ReadOnlySpan<byte> head, int end)
    {
        int start = _scanned;
        for (; _methodEnd < 0 && start < end; start++)
        {
            if (head[start] == ' ' && start > _lineStart) _methodEnd = start;
            else if (!HttpBytes.IsTokenByte(head[start]))
            {
                return Refuse(RequestRejection.MethodInvalid);
            }
            else if (start - _lineStart == _limits.MethodBytesMax)
            {
                return Refuse(RequestRejection.MethodTooLong);
            }
        }

        if (_methodEnd < 0 || _hasTarget) return true;
        int found = head[start..end].IndexOf((byte)' ');
        _hasTarget = found >= 0;
        int targetEnd = _hasTarget ? start + found : end;
        return targetEnd - _methodEnd - 1 <= _limits.TargetBytesMax
            || Refuse(RequestRejection.TargetTooLong);
    }

    private bool ReadRequestLine(ReadOnlySpan<byte> head, int start, int end)
    {
        var line = head[start..end];
        int methodEnd = line.IndexOf((byte)' ');
        if (methodEnd < 0) return Refuse(RequestRejection.RequestLineInvalid);
        var afterMethod = line[(methodEnd + 1)..];
        int targetLength = afterMethod.IndexOf((byte)' ');
        if (targetLength <= 0) return Refuse(RequestRejection.RequestLineInvalid);

        MethodText = new ByteRange(start, methodEnd);
        Method = MethodOf(line[..methodEnd]);
        var target = new ByteRange(start + methodEnd + 1, targetLength);
        return ReadVersion(afterMethod[(targetLength + 1)..]) && ReadTarget(head, target);
    }

    private bool ReadVersion(ReadOnlySpan<byte> version)
    {
        // Case matters here, and there is one digit on each side of the dot (RFC 9112 §2.3).
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.'
            || !HttpBytes.IsDigit(version[5]) || !HttpBytes.IsDigit(version[7]))
        {
            return Refuse(RequestRejection.VersionInvalid);
        }

        if (version[5] != '1') return Refuse(RequestRejection.VersionUnsupported);
        IsVersion11 = version[7] != '0';
        return true;
    }

    private bool ReadTarget(ReadOnlySpan<byte> head, ByteRange target)
    {
        var text = target.Of(head);
        if (!HttpBytes.IsTarget(text)) return Refuse(RequestRejection.TargetInvalid);
        // CONNECT has an authority for its target, whatever it looks like; we are no tunnel.
        if (MethodText.Of(head).SequenceEqual("CONNECT"u8))
        {
            return Refuse(RequestRejection.TargetFormInvalid);
        }

        if (text[0] == '/')
        {
            SplitTarget(text, target.Start);
            return true;
        }

        if (text.SequenceEqual("*"u8) && Method == HttpMethod.Options)
        {
            Path = target;
            return true;
        }

        int scheme = Ascii.EqualsIgnoreCase(text[..Math.Min(7, text.Length)], "http://"u8) ? 7
            : Ascii.EqualsIgnoreCase(text[..Math.Min(8, text.Length)], "https://"u8) ? 8 : 0;
        if (scheme == 0) return Refuse(RequestRejection.TargetFormInvalid);
        int authorityLength = text[scheme..].IndexOfAny((byte)'/', (byte)'?', (byte)'#');
        if (authorityLength < 0) authorityLength = text.Length - scheme;
        Host = new ByteRange(target.Start + scheme, authorityLength);
        if (!HostAuthority.IsValid(Host.Of(head))) return Refuse(RequestRejection.HostInvalid);
        SplitTarget(text[(scheme + authorityLength)..], target.Start + scheme + authorityLength);
        return true;
    }

    private void SplitTarget(ReadOnlySpan<byte> text, int start)
    {
        // A fragment is not for servers. Some send it all the same, and it is dropped.
        int fragment = text.IndexOf((byte)'#');
        if (fragment >= 0) text = text[..fragment];
        int question = text.IndexOf((byte)'?');
        Path = new ByteRange(start, question < 0 ? text.Length : question);
        Query = question < 0 ? default
            : new ByteRange(start + question + 1, text.Length - question - 1);
    }

    private static HttpMethod MethodOf(ReadOnlySpan<byte> text) => text switch
    {
        _ when text.SequenceEqual("GET"u8) => HttpMethod.Get,
        _ when text.SequenceEqual("HEAD"u8) => HttpMethod.Head,
        _ when text.SequenceEqual("POST"u8) => HttpMethod.Post,
        _ when text.SequenceEqual("PUT"u8) => HttpMethod.Put,
        _ when text.SequenceEqual("PATCH"u8) => HttpMethod.Patch,
        _ when text.SequenceEqual("DELETE"u8) => HttpMethod.Delete,
        _ when text.SequenceEqual("OPTIONS"u8) => HttpMethod.Options,
        _ => HttpMethod.Other,
    };
}
