using System.Net.Sockets;
using AdServer.Common;
using Microsoft.AspNetCore.Connections;

namespace AdServer.Web;

/// <summary>Failures to start that one line explains better than a stack trace.</summary>
internal static class StartFailure
{
    /// <summary>The line for the person at the console, or nothing when only the stack trace can tell.</summary>
    public static string? Explain(Exception? failure) => failure switch
    {
        StartException or StoreUnavailableException => failure.Message,
        IOException { InnerException: AddressInUseException } => failure.Message + " Choose another address with --urls.",
        // Of localhost, which stands for two addresses, neither could be had.
        IOException { InnerException: AggregateException { InnerExceptions: [var first, ..] } } => Explain(first),
        FormatException { Message: var message } when message.StartsWith("Invalid url", StringComparison.Ordinal) => message,
        ArgumentOutOfRangeException { ParamName: "port" } => "The port of the address must be from 0 to 65535. Choose another with --urls.",
        InvalidOperationException { Message: var message } when message.StartsWith("Unable to configure HTTPS", StringComparison.Ordinal) =>
            "There is no certificate for https. Set one (Kestrel:Certificates:Default), or listen on http behind a proxy that has one.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "This user may not listen on the address. Choose a port above 1023 with --urls.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "The address belongs to no network interface of this machine.",
        _ => null,
    };
}
